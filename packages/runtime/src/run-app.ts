import { AppError } from '@segcast/contracts';

import type { Config } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { createLogger, type Logger } from './logger.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';

export interface App {
  config: Config;
  log: Logger;
  shutdown: Shutdown;
}

/** What is cut short is taken up again by the next worker. */
const ORPHAN_GRACE_MS = 5000;

/**
 * Runs a long-lived process: reads the configuration, starts it, and ends it in order on a signal,
 * on an error that nobody caught, or when the process that supervises it is gone.
 */
export async function runApp(name: string, start: (app: App) => Promise<void>): Promise<void> {
  const config = readConfig(name);
  if (!config) return;
  const log = createLogger(config, name);
  const shutdown = createShutdown(log);
  const end = (code: number) => (clean: boolean) => process.exit(clean ? code : 1);
  const fail = (error: unknown) => {
    logFatal(log, error);
    void shutdown.run('error').then(end(1));
  };
  for (const warning of config.warnings) log.warn(warning);
  shutdown.onSignals();
  process.on('uncaughtException', fail);
  if (process.connected) {
    process.once('disconnect', () => {
      // Its databases may be gone with it, and there would be no end to waiting for them.
      setTimeout(() => process.exit(1), ORPHAN_GRACE_MS).unref();
      void shutdown.run('the supervisor is gone').then(end(0));
    });
  }
  try {
    await start({ config, log, shutdown });
  } catch (error) {
    fail(error);
  }
}

function readConfig(name: string): Config | null {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
    return null;
  }
}

/** What we know of needs no stack: the message says what to do. */
function logFatal(log: Logger, error: unknown): void {
  if (error instanceof AppError) log.fatal({ code: error.code }, error.message);
  else log.fatal({ err: error }, 'unexpected error');
}
