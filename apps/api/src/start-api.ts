import type { AddressInfo } from 'node:net';
import { AppError } from '@segcast/contracts';
import { openJobQueue } from '@segcast/queue';
import { LiveSettings } from '@segcast/runs';
import { attachServices, type App } from '@segcast/runtime';
import { openStore, RunNotices } from '@segcast/store';
import { checkWarehouse, openWarehouse } from '@segcast/warehouse';
import type { Express } from 'express';
import { AccessControl } from './access/access-control.ts';
import { prepareFirstKey } from './access/first-key.ts';
import { createRateLimits } from './access/rate-limits.ts';
import type { ApiDeps } from './api-deps.ts';
import { ExportSlots } from './exports/export-slots.ts';
import { RunFeeds } from './runs/run-feeds.ts';
import { createApp } from './create-app.ts';
import { isLoopbackHost } from './http/guard-access.ts';
import { openCustomerScoring } from './scoring/open-customer-scoring.ts';
import { serve, stopServing } from './serve.ts';

const STORE_CONNECTIONS = 10;
/** Each holds a connection of the store's. */
const EXPORTS_AT_ONCE = 4;
const WAREHOUSE_CONNECTIONS = 5;

/** Opens what the API needs, listens, and closes all of it in order when the process ends. */
export async function startApi(app: App): Promise<void> {
  const { config, log, shutdown } = app;
  const { deps, listener } = await openApp(app);
  if (deps.warning !== null) log.warn({ models: deps.settings.models }, deps.warning);
  const { host, port } = config.http;
  const server = await serve(listener, { host, port }).catch((error: unknown) => {
    throw explainListen(error, host, port);
  });
  shutdown.add('http server', () => stopServing(server));
  const { port: bound } = server.address() as AddressInfo;
  log.info({ host, port: bound }, `listening on http://${host}:${bound}`);
  await reportWarehouse(deps);
}

async function openApp({
  config,
  log,
  shutdown,
}: App): Promise<{ deps: ApiDeps; listener: Express }> {
  const services = attachServices(config);
  const store = openStore({ url: services.databaseUrl, poolMax: STORE_CONNECTIONS });
  shutdown.add('store', () => store.close());
  const limits = createRateLimits({ queue: services.queue, ...config.access });
  shutdown.add('rate limits', () => limits.close());
  const mayBeOpen = isLoopbackHost(config.http.host);
  await prepareFirstKey({ store, config, mayBeOpen, log });
  const { sessionMs } = config.access;
  const access = new AccessControl({ store, mayBeOpen, sessionMs, failures: limits.failures, log });
  const { relation, statementTimeoutMs, versionSql } = config.warehouse;
  const warehouse = openWarehouse({
    url: services.warehouseUrl,
    relation,
    statementTimeoutMs,
    versionSql,
    poolMax: WAREHOUSE_CONNECTIONS,
  });
  shutdown.add('warehouse', () => warehouse.close());
  const live = await LiveSettings.open({ store, warehouse, log }, config);
  const notices = new RunNotices(services.databaseUrl);
  notices.onModels(() => {
    live.refresh().catch((error: unknown) => {
      log.error({ err: error }, 'the models in use could not be read; the last known are shown');
    });
  });
  shutdown.add('run notices', () => notices.close());
  const queue = await openJobQueue(services.queue, {
    onError: (error, facts) => log.error({ err: error, ...facts }, 'the job queue is in trouble'),
  });
  shutdown.add('job queue', () => queue.close());
  const scoring = openCustomerScoring({ config, log, shutdown }, { services, warehouse, live });
  const deps: ApiDeps = {
    access,
    store,
    warehouse,
    ...scoring,
    notices,
    exportSlots: new ExportSlots(EXPORTS_AT_ONCE),
    runFeeds: new RunFeeds({ store, notices }),
    webhooks: config.webhooks,
    queue,
    nightly: config.nightly,
    log,
    get settings() {
      return live.settings;
    },
    get requiredColumns() {
      return live.requiredColumns;
    },
    refreshSettings: () => live.refresh(),
    get warning() {
      return live.warning;
    },
    maxActiveRuns: config.runs.maxActiveRuns,
    stopping: shutdown.signal,
  };
  const { trustProxy } = config.http;
  return { deps, listener: createApp(deps, { limitKeys: limits.perKey, trustProxy }) };
}

function explainListen(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  const reason = code === 'EADDRINUSE' ? 'something else listens there' : `the system says ${code}`;
  return new AppError(
    'address_unavailable',
    `The API cannot listen on ${host} port ${port}: ${reason}. Set HOST and PORT.`,
    { cause: error },
  );
}

/** The service starts whatever the warehouse looks like, so that people can ask it what is wrong. */
async function reportWarehouse({ warehouse, requiredColumns, log }: ApiDeps): Promise<void> {
  try {
    await checkWarehouse(warehouse, requiredColumns);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ err: error }, `not ready: ${message}`);
  }
}
