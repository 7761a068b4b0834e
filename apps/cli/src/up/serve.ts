import { join } from 'node:path';

import { AppError } from '@segcast/contracts';
import {
  childEnvironment,
  type Config,
  nextFreePort,
  NODE_ARGUMENTS,
  PROJECT_ROOT,
  type ServiceUrls,
  type Shutdown,
} from '@segcast/runtime';

import { prepareLogFile, readLogTail } from './log-file.ts';
import { supervise } from './supervise.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface Serving {
  /** Where the API is, for a client on this machine. */
  apiUrl: string;
  /** Rejects when one of the processes keeps ending. */
  failed: Promise<never>;
}

/** Starts API and worker under supervision, and waits until the API is ready. */
export async function serve(
  config: Config,
  urls: ServiceUrls,
  shutdown: Shutdown,
): Promise<Serving> {
  const { host } = config.http;
  const port = await nextFreePort(host, config.http.port);
  if (port !== config.http.port && config.http.port !== 0) {
    console.log(`Port ${config.http.port} is taken; the API takes ${port}.`);
  }
  const env = childEnvironment(urls, {
    HOST: host,
    PORT: String(port),
    SEGCAST_DATA_DIR: config.dataDir,
    // Their logs go to files, whatever our own output is.
    LOG_FORMAT: 'json',
  });
  const failed = Promise.race(
    (['worker', 'api'] as const).map((name) => superviseApp(name, env, config.dataDir, shutdown)),
  );
  const apiUrl = `http://${toClientHost(host)}:${port}`;
  await Promise.race([waitUntilReady(apiUrl, shutdown.signal), failed]);
  return { apiUrl, failed };
}

async function superviseApp(
  name: 'api' | 'worker',
  env: NodeJS.ProcessEnv,
  dataDir: string,
  shutdown: Shutdown,
): Promise<never> {
  const logFile = prepareLogFile(dataDir, name);
  const script = join(PROJECT_ROOT, 'apps', name, 'bin', `${name}.mjs`);
  const app = supervise({ nodeArguments: NODE_ARGUMENTS[name], script, env, logFile }, (how) =>
    console.log(`The ${name} ended (${how}) and is started again.`),
  );
  shutdown.add(name, () => app.stop());
  const how = await app.failed;
  throw new AppError(
    'services_unavailable',
    `The ${name} keeps ending (${how}). Its log ${logFile} ends:\n${readLogTail(logFile)}`,
  );
}

/** An address to connect to, for one to listen on. */
function toClientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
