import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

import type { Config } from './config/config.ts';

export type { Logger } from 'pino';

/**
 * The log of one process, to standard output: a JSON object a line, or coloured lines for people.
 * `name` says which process speaks (api, worker, …).
 */
export function createLogger(config: Pick<Config, 'log'>, name: string): Logger {
  const options = {
    name,
    level: config.log.level,
    base: { pid: process.pid },
    serializers: { error: stdSerializers.err },
  };
  return config.log.format === 'json' ? pino(options) : pino(options, prettyStream());
}

/** In this thread, so that the last words before an exit are not lost. */
function prettyStream(): DestinationStream {
  return pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
  });
}
