import { openJobQueue, type JobQueue } from '@segcast/queue';
import { LiveSettings } from '@segcast/runs';
import { attachServices, type App, type ServiceUrls } from '@segcast/runtime';
import { openStore, type Store } from '@segcast/store';
import { openWarehouse, type Warehouse } from '@segcast/warehouse';
import { createTrainer, type Trainer } from './threads/create-trainer.ts';
import { ScoringPool } from './threads/scoring-pool.ts';

/** Beside one per scoring thread, for its shards: claims, plans, a training, two for the sweeper. */
const STORE_CONNECTIONS = 7;
/** For plans; each thread has its own. */
const WAREHOUSE_CONNECTIONS = 2;

export interface WorkerDeps {
  live: LiveSettings;
  services: ServiceUrls;
  store: Store;
  warehouse: Warehouse;
  queue: JobQueue;
  pool: ScoringPool;
  trainer: Trainer;
}

/**
 * Opens all that the worker works with, to be closed in the reverse order when it ends.
 * @throws AppError saying what is missing or refused.
 */
export async function openDeps({ config, log, shutdown }: App): Promise<WorkerDeps> {
  const services = attachServices(config);
  const { engine, threads, batchSize } = config.scoring;
  const store = openStore({ url: services.databaseUrl, poolMax: STORE_CONNECTIONS + threads });
  shutdown.add('store', () => store.close());
  const { relation, statementTimeoutMs, versionSql } = config.warehouse;
  const source = { url: services.warehouseUrl, relation, statementTimeoutMs, versionSql };
  const warehouse = openWarehouse({ ...source, poolMax: WAREHOUSE_CONNECTIONS });
  shutdown.add('warehouse', () => warehouse.close());
  const live = await LiveSettings.open({ store, warehouse, log }, config);
  const queue = await openJobQueue(services.queue, {
    onError: (error, context) => log.error({ err: error, ...context }, 'job queue in trouble'),
  });
  shutdown.add('job queue', () => queue.close());
  const thread = {
    storeUrl: services.databaseUrl,
    warehouse: source,
    engine,
    batchSize,
  };
  const pool = await ScoringPool.start(thread, threads, log);
  shutdown.add('scoring threads', () => pool.close());
  const trainer = createTrainer({ warehouse: source });
  return { live, services, store, warehouse, queue, pool, trainer };
}
