import { join, relative } from 'node:path';

import { AppError } from '@segcast/contracts';
import {
  type Config,
  createShutdown,
  loadConfig,
  openServices,
  type Shutdown,
  watchNpm,
} from '@segcast/runtime';
import { migrateStore } from '@segcast/store';

import { createSegcastApi, type SegcastApi } from '../api/segcast-api.ts';
import { createExampleSegments } from './example-segments.ts';
import { createOwnKey } from './own-key.ts';
import { prepareWarehouse } from './prepare-warehouse.ts';
import { scoreSegments } from './score-segments.ts';
import { serve } from './serve.ts';

/** Long enough for a worker to hand back its shards and for the database to write everything. */
const STOP_DEADLINE_MS = 90_000;
const FAILED = 'something failed';

/**
 * Starts everything that Segcast needs and is, and stays until a signal ends it; with `demo` it also
 * scores the segments. Whatever goes wrong, what was started is stopped.
 */
export async function up(demo: boolean): Promise<void> {
  const shutdown = createShutdown(
    { debug: () => undefined, error: (...what: unknown[]) => console.error(...what) },
    { deadlineMs: STOP_DEADLINE_MS },
  );
  shutdown.onSignals();
  // A terminal or a pipe that goes away must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  watchNpm(() => process.kill(process.pid, 'SIGHUP'));
  shutdown.signal.addEventListener('abort', () => {
    if (shutdown.signal.reason !== FAILED) console.log('\nStopping …');
  });
  try {
    await run(demo, shutdown);
  } catch (error) {
    // What the shutdown itself broke off is no fault.
    if (shutdown.signal.aborted) return;
    await shutdown.run(FAILED);
    throw error;
  }
}

async function run(demo: boolean, shutdown: Shutdown): Promise<void> {
  const config = loadConfig();
  for (const warning of config.warnings) console.log(`! ${warning}`);
  const services = await openServices(config, {
    command: 'segcast up',
    notify: (text) => console.log(text),
  });
  shutdown.add('services', () => services.close());
  fact('Database', services.database);
  fact('Queue', services.queue);
  await migrateStore(services.urls.databaseUrl);
  fact('Warehouse', await prepareWarehouse(config, services.urls, demo));

  const lost = services.failed.then((how) => {
    throw new AppError('services_unavailable', `${how}. Start again: what was stored is safe.`);
  });
  console.log('Starting the API and a worker …');
  const { apiUrl, failed } = await Promise.race([serve(config, services.urls, shutdown), lost]);
  services.publishApi(apiUrl);
  const failure = Promise.race([failed, lost]);
  const key = createOwnKey(services.urls.databaseUrl);
  shutdown.add('own key', () => key.close());
  const api = createSegcastApi(apiUrl, { renewKey: () => key.renew() });
  const presented = present(api, config, demo, shutdown.signal).then(() => key.drop());
  await Promise.race([presented, failure]);
  await failure;
}

async function present(
  api: SegcastApi,
  config: Config,
  demo: boolean,
  signal: AbortSignal,
): Promise<void> {
  const leftOut = await createExampleSegments(api);
  if (leftOut.length > 0) {
    console.log(`! Not created, since the warehouse lacks their columns: ${leftOut.join(', ')}.`);
  }
  if (demo) await scoreSegments(api, signal);
  console.log('');
  fact('Overview', `${api.url}/`);
  fact('Jobs', `${api.url}/admin/queues`);
  fact('API', `${api.url}/openapi.json`);
  fact('Logs', shortest(join(config.dataDir, 'logs')));
  console.log('\nCtrl-C stops everything.');
}

/** Relative to where the person is, unless it lies elsewhere. */
function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

function fact(name: string, value: string): void {
  console.log(`${name.padEnd(10)} ${value}`);
}
