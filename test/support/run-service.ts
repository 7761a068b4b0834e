import type { ChurnThresholds, PredictionType, Run } from '@segcast/contracts';
import { RegisteredModels } from '@segcast/registry';
import { openJobQueue, type JobQueue, type QueueConnection } from '@segcast/queue';
import {
  planShards,
  readRun,
  runShard,
  scoreShard,
  submitRun,
  type ClaimSettings,
  type DeliverDeps,
  type PlanDeps,
  type RunLog,
  type RunSettings,
  type ScoreDeps,
  type ShardDeps,
  type SubmitDeps,
  type SweepDeps,
  type TrainDeps,
} from '@segcast/runs';
import {
  createEngine,
  createScorer,
  DEFAULT_RFM_SETTINGS,
  loadModels,
  rfmSettingsSchema,
  usedModels,
  type Engine,
  type Models,
  type Scorer,
  type ScorerSettings,
} from '@segcast/scoring';
import {
  claimShard,
  createSegment,
  openStore,
  type ClaimedShard,
  type SegmentRecord,
  type Store,
} from '@segcast/store';
import { openWarehouse, type Warehouse } from '@segcast/warehouse';
import { predictorsOf, PREDICTORS } from '@segcast/contracts';
import { join } from 'node:path';
import pg from 'pg';
import { createTrainer } from '../../apps/worker/src/threads/create-trainer.ts';
import { createTestDatabase } from './services.ts';

const MODELS_DIR = join(import.meta.dirname, '../../models');
const BATCH_SIZE = 256;

/** A test wants to see a claim run out within its patience, and one that is held to last. */
export const CLAIMS: ClaimSettings = { leaseMs: 1500, heartbeatMs: 200, maxClaims: 3 };

const SILENT: RunLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * All that runs need, on a fresh database that is store and warehouse in one, with real models. No
 * job is taken by itself: tests do the jobs when they want to.
 */
export interface RunService {
  url: string;
  store: Store;
  warehouse: Warehouse;
  queue: JobQueue;
  submitDeps: SubmitDeps;
  planDeps: PlanDeps;
  scoreDeps: ScoreDeps;
  shardDeps: ShardDeps;
  trainDeps: TrainDeps;
  sweepDeps: SweepDeps;
  deliverDeps: DeliverDeps;
  segment(
    rules?: unknown,
    options?: { churnThresholds?: ChurnThresholds; isActive?: boolean },
  ): Promise<SegmentRecord>;
  /** Submits a run and answers its id. */
  submit(segment: SegmentRecord, type?: PredictionType): Promise<string>;
  /** Submits and plans a run and answers its id. */
  plan(segment: SegmentRecord, type?: PredictionType): Promise<string>;
  /** Does the jobs of a run: all of its shards, in the order given or by number. */
  finish(runId: string, order?: readonly number[]): Promise<Run>;
  shards(runId: string): Promise<number[]>;
  /** Claims a shard as a worker would; throws when there is nothing to claim. */
  claim(runId: string, shard: number): Promise<ClaimedShard>;
  /** Ends every lease of a run now, as if its workers had been killed a while ago. */
  expireLeases(runId: string): Promise<void>;
  /** Makes the jobs of a run look enqueued long ago. */
  ageJobs(runId: string): Promise<void>;
  /** Runs statements with a connection of their own and answers the last one's rows. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export interface RunServiceOptions {
  /** Statements that make the relation `customers`; by default a thousand of them. */
  customers?: string;
  /** By default `customers`. */
  relation?: string;
  shardSize?: number;
  batchSize?: number;
  /** By default BullMQ on the test's own database. */
  queue?: (url: string) => QueueConnection;
}

/**
 * The relation `customers` of `count` customers with ids C000001 and so on, inserted in the order
 * of `orderBy`. Their features come from their numbers; some are null, and `broken` ones not finite.
 */
export function customersSql(
  count: number,
  { orderBy = 'n', broken = 0 }: { orderBy?: string; broken?: number } = {},
): string {
  return `
    CREATE TABLE customers (
      customer_id text PRIMARY KEY, total_revenue numeric(12,2), transaction_count integer,
      days_since_last_transaction integer, avg_transaction_value float8, lifetime_value float8,
      customer_age_days integer, monthly_revenue float8, product_count integer,
      service_count integer, engagement_score float8, country text
    );
    INSERT INTO customers
    SELECT 'C' || lpad(n::text, 6, '0'), CASE WHEN n % 7 > 0 THEN (n * 37 % 5000) + 0.25 END,
      CASE WHEN n % 11 > 0 THEN n % 30 END, CASE WHEN n % 13 > 0 THEN n * 17 % 400 END,
      CASE WHEN n <= ${broken} THEN 'NaN'::float8 ELSE n % 97 END, (n * 53 % 9000)::float8,
      n * 29 % 2000, (n % 450)::float8, n % 40, n % 12, (n % 100) / 100.0,
      (ARRAY['DE', 'FR', 'GB'])[1 + n % 3]
    FROM generate_series(1, ${count}) AS n ORDER BY ${orderBy};
    ANALYZE customers`;
}

let engine: Promise<Engine> | undefined;
let models: Promise<Models> | undefined;

export async function createRunService(options: RunServiceOptions = {}): Promise<RunService> {
  const { customers = customersSql(1000), shardSize = 400, batchSize = BATCH_SIZE } = options;
  const database = await createTestDatabase();
  const { url } = database;
  const pool = new pg.Pool({ connectionString: url, max: 5 });
  // A session that ends with its database is no fault.
  pool.on('error', () => undefined);
  const sql = async <T extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
    const result = await pool.query<T>(text, values);
    return (Array.isArray(result) ? (result.at(-1) as pg.QueryResult<T>) : result).rows;
  };
  await sql(customers);

  const store = openStore({ url, poolMax: 20 });
  const warehouse = openWarehouse({
    url,
    relation: options.relation ?? 'customers',
    statementTimeoutMs: 60_000,
    poolMax: 10,
  });
  const queue = await openJobQueue(
    options.queue?.(url) ?? { kind: 'postgres', url, schema: 'bullmq' },
  );
  const scoring = await scoringParts(store, batchSize);
  const scoreDeps: ScoreDeps = { store, warehouse, scorerFor: scoring.scorerFor, batchSize };
  const submitDeps: SubmitDeps = {
    store,
    queue,
    settings: scoring.settings,
    maxActiveRuns: 100,
    log: SILENT,
  };
  const planDeps: PlanDeps = {
    store,
    warehouse,
    queue,
    claims: CLAIMS,
    engine: scoring.settings.engine,
    shardSize,
    log: SILENT,
  };
  const shardDeps: ShardDeps = {
    store,
    claims: CLAIMS,
    capabilities: scoring.capabilities,
    scoreShard: (shard, signal, onProgress) => scoreShard(scoreDeps, shard, signal, { onProgress }),
    log: SILENT,
  };
  const sweepDeps: SweepDeps = {
    store,
    queue,
    claims: CLAIMS,
    keepRuns: 5,
    nightly: null,
    log: SILENT,
  };

  const service: RunService = {
    url,
    store,
    warehouse,
    queue,
    submitDeps,
    planDeps,
    scoreDeps,
    shardDeps,
    trainDeps: {
      store,
      claims: CLAIMS,
      trainModel: createTrainer({ warehouse: warehouse.options }).trainModel,
      log: SILENT,
    },
    sweepDeps,
    deliverDeps: { store, webhooks: { allowPrivate: true, callbackSecret: null }, log: SILENT },
    segment: (rules = {}, { churnThresholds, isActive = true } = {}) =>
      createSegment(store, {
        name: `Segment ${Math.random()}`,
        description: '',
        rules,
        isActive,
        churnThresholds: churnThresholds ?? null,
      }),
    submit: async (segment, type = 'all') => {
      const { run } = await submitRun(submitDeps, { segmentId: segment.id, type });
      return run.run_id;
    },
    plan: async (segment, type = 'all') => {
      const runId = await service.submit(segment, type);
      await planShards(planDeps, { run_id: runId, dispatch: 0 });
      return runId;
    },
    shards: async (runId) => {
      const rows = await sql<{ shard: number }>(
        'SELECT shard FROM segcast.run_shards WHERE run_id = $1 ORDER BY shard',
        [runId],
      );
      return rows.map(({ shard }) => shard);
    },
    claim: async (runId, shard) => {
      const place = { runId, shard };
      const claimed = await claimShard(store, place, scoring.capabilities, CLAIMS);
      if (claimed === null) throw new Error(`Shard ${shard} of run ${runId} is not to be had.`);
      return claimed;
    },
    expireLeases: async (runId) => {
      const past = `SET lease_until = clock_timestamp() - interval '1 ms'`;
      await sql(`UPDATE segcast.run_shards ${past} WHERE run_id = $1 AND lease_until IS NOT NULL`, [
        runId,
      ]);
      await sql(`UPDATE segcast.runs ${past} WHERE id = $1 AND lease_until IS NOT NULL`, [runId]);
    },
    ageJobs: async (runId) => {
      const long = `SET dispatched_at = dispatched_at - interval '1 day',
        not_before = not_before - interval '1 day'`;
      await sql(`UPDATE segcast.run_shards ${long} WHERE run_id = $1`, [runId]);
      await sql(`UPDATE segcast.runs ${long} WHERE id = $1`, [runId]);
    },
    finish: async (runId, order) => {
      for (const shard of order ?? (await service.shards(runId))) {
        await runShard(shardDeps, { run_id: runId, shard, dispatch: 0 });
      }
      return readRun({ store }, runId);
    },
    sql,
    close: async () => {
      scoring.dispose();
      await Promise.all([store.close(), warehouse.close(), queue.close(), pool.end()]);
      await database.drop();
    },
  };
  return service;
}

async function scoringParts(store: Store, batchSize: number) {
  models ??= loadModels(MODELS_DIR);
  const loaded = await models;
  engine ??= createEngine({
    preference: 'tfjs-wasm',
    checkModels: [loaded.churn, loaded.nbo],
  });
  const used = await engine;
  const scorers = new Map<string, Promise<Scorer>>();
  const registered = new RegisteredModels(store);
  const create = async ({ type, rfmSettings, models: { churn, nbo } }: ScorerSettings) =>
    createScorer({
      engine: used,
      models: await registered.loadAll({
        ...(churn && { churn: churn.version }),
        ...(nbo && { nbo: nbo.version }),
      }),
      predictors: predictorsOf(type),
      rfm: rfmSettingsSchema.parse(rfmSettings),
      batchSize,
    });
  const scorerFor = ({ type, rfmSettings, models: frozen }: ScorerSettings) => {
    const key = JSON.stringify([type, rfmSettings, frozen]);
    const scorer = scorers.get(key) ?? create({ type, rfmSettings, models: frozen });
    scorers.set(key, scorer);
    return scorer;
  };
  const versions = usedModels(loaded, DEFAULT_RFM_SETTINGS, PREDICTORS);
  return {
    scorerFor,
    settings: {
      engine: used.name,
      models: versions as RunSettings['models'],
      rfm: DEFAULT_RFM_SETTINGS,
      churnThresholds: { high: 0.7, medium: 0.4 },
    },
    capabilities: { engines: [used.name] },
    dispose: () => {
      for (const scorer of scorers.values()) void scorer.then((s) => s.dispose());
    },
  };
}
