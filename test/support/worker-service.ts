import { PREDICTORS, type PredictionType } from '@segcast/contracts';
import { openJobQueue, type JobQueue, type QueueConnection } from '@segcast/queue';
import { readRun, submitRun, type RunLog, type SubmitDeps } from '@segcast/runs';
import { DEFAULT_RFM_SETTINGS, loadModels, usedModels } from '@segcast/scoring';
import { createSegment, openStore, readRunRecord, type Store } from '@segcast/store';
import { generateCustomers } from '@segcast/warehouse';
import { join } from 'node:path';
import pg from 'pg';
import { createTestDatabase } from './services.ts';
import { until } from './worker-wait.ts';

export const CUSTOMERS = 20_000;
const MODELS_DIR = join(import.meta.dirname, '../../models');
const HOLD_LOCK = 4711;
/** Neither the first nor the last of the run's twenty or so. */
export const HELD_SHARD = 7;

const SILENT: RunLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** All that a run leaves behind that a client can see. */
export interface RunDigest {
  status: string;
  counts: { processed: number; successful: number; failed: number; imputed: number };
  stats: string;
  /** Hash over every prediction in the order of ids. */
  predictions: string;
}

/** A database with generated customers, and the means to submit runs to workers elsewhere. */
export interface WorkerService {
  url: string;
  store: Store;
  openQueue(connection: QueueConnection): Promise<JobQueue>;
  submit(queue: JobQueue, type?: PredictionType): Promise<string>;
  /** Waits until the run has ended. */
  finished(runId: string): Promise<RunDigest>;
  /** Keeps one shard of every run from ending until the answer is called. */
  holdShard(): Promise<() => Promise<void>>;
  /** Waits until some shards of the run are done and the held one is about to be. */
  midway(runId: string): Promise<void>;
  /** Keeps readers of the features waiting until the answer is called. */
  lockWarehouse(): Promise<() => Promise<void>>;
  readerWaits(): Promise<void>;
  rows<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export async function createWorkerService(): Promise<WorkerService> {
  const database = await createTestDatabase();
  const { url } = database;
  await generateCustomers(url, {
    customers: CUSTOMERS,
    seed: 7,
    relation: 'customer_features_view',
    asOf: '2024-06-30',
  });
  const pool = new pg.Pool({ connectionString: url });
  // A session that ends with its database is no fault.
  pool.on('error', () => undefined);
  const store = openStore({ url, poolMax: 5 });
  const rows = async <T extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
    (await pool.query<T>(text, values)).rows;
  await pool.query(HOLD_SQL);
  const segment = await createSegment(store, {
    name: 'Everyone',
    description: '',
    rules: {},
    isActive: true,
    churnThresholds: null,
  });
  const settings = await readSettings();
  const queues: JobQueue[] = [];
  return {
    url,
    store,
    rows,
    openQueue: async (connection) => {
      const queue = await openJobQueue(connection);
      queues.push(queue);
      return queue;
    },
    submit: async (queue, type = 'all') => {
      const deps: SubmitDeps = { store, queue, settings, maxActiveRuns: 100, log: SILENT };
      const { run } = await submitRun(deps, { segmentId: segment.id, type });
      return run.run_id;
    },
    finished: async (runId) => {
      await until(async () => (await readRunRecord(store, runId)).finishedAt !== null);
      return digest(store, rows, runId);
    },
    holdShard: async () => {
      const client = await pool.connect();
      await client.query('SELECT pg_advisory_lock($1)', [HOLD_LOCK]);
      return async () => {
        await client.query('SELECT pg_advisory_unlock($1)', [HOLD_LOCK]);
        client.release();
      };
    },
    midway: async (runId) => {
      await until(async () => {
        const [state] = await rows<{ midway: boolean }>(MIDWAY_SQL, [runId, HOLD_LOCK]);
        return state!.midway;
      });
    },
    lockWarehouse: async () => {
      const client = await pool.connect();
      await client.query('BEGIN; REFRESH MATERIALIZED VIEW customer_features_view');
      return async () => {
        await client.query('ROLLBACK');
        client.release();
      };
    },
    readerWaits: async () => {
      await until(async () => (await rows(WAITING_SQL)).length > 0);
    },
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await Promise.all([store.close(), pool.end()]);
      await database.drop();
    },
  };
}

const HOLD_SQL = `
  CREATE FUNCTION hold_shard() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${HOLD_LOCK});
    RETURN NEW;
  END $$;
  CREATE TRIGGER hold_shard BEFORE UPDATE ON segcast.run_shards FOR EACH ROW
    WHEN (NEW.status = 'done' AND NEW.shard = ${HELD_SHARD}) EXECUTE FUNCTION hold_shard()`;

const MIDWAY_SQL = `
  SELECT count(*) FILTER (WHERE status = 'done') >= 3 AND EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $2 AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) AS midway
  FROM segcast.run_shards WHERE run_id = $1`;

const WAITING_SQL = `
  SELECT FROM pg_locks
  WHERE NOT granted AND relation = 'customer_features_view'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

async function readSettings(): Promise<SubmitDeps['settings']> {
  const models = usedModels(await loadModels(MODELS_DIR), DEFAULT_RFM_SETTINGS, PREDICTORS);
  return {
    engine: 'auto',
    models: models as SubmitDeps['settings']['models'],
    rfm: DEFAULT_RFM_SETTINGS,
    churnThresholds: { high: 0.7, medium: 0.4 },
  };
}

async function digest(
  store: Store,
  rows: WorkerService['rows'],
  runId: string,
): Promise<RunDigest> {
  const run = await readRun({ store }, runId);
  const [hashed] = await rows<{ predictions: string }>(
    `SELECT md5(string_agg(concat_ws('|', customer_id, churn_probability, recommended_offer,
       offer_0, offer_1, offer_2, offer_3, offer_4, offer_5, offer_6, offer_7, rfm_code, recency,
       frequency, monetary), ';' ORDER BY customer_id COLLATE "C")) || ' ' || count(*)
       AS predictions
     FROM segcast.predictions WHERE run_id = $1`,
    [runId],
  );
  const { status, processed, successful, failed, imputed, aggregated_stats } = run;
  return {
    status,
    counts: { processed, successful, failed, imputed },
    stats: JSON.stringify(aggregated_stats),
    predictions: hashed!.predictions,
  };
}
