import { availableParallelism } from 'node:os';

import { z } from 'zod';

import {
  accessKey,
  choice,
  connectionUrl,
  cronPattern,
  flag,
  fourNumbers,
  fraction,
  integer,
  proxies,
  timeZone,
  webhookSecret,
} from './variables.ts';

/** Scoring is memory-bound beyond this many threads, and each holds a model and a connection. */
const MOST_DEFAULT_THREADS = 4;

const postgresUrl = connectionUrl('postgres:', 'postgresql:').optional();
const columnName = z.string().max(63, 'must be a column name of at most 63 bytes');

/** Every variable that Segcast reads, with its default; `.env.example` explains them. */
export const environmentSchema = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: integer(0, 65_535).default(3000),
    TRUST_PROXY: proxies().optional(),
    SEGCAST_BOOTSTRAP_KEY: accessKey().optional(),
    SEGCAST_BOOTSTRAP_KEY_FILE: z.string().optional(),
    SEGCAST_API_KEY: accessKey(1).optional(),
    SESSION_HOURS: integer(1, 8760).default(12),
    RATE_LIMIT_PER_MINUTE: integer(0, 100_000_000).default(30_000),
    FAILED_SIGN_INS_PER_MINUTE: integer(1, 100_000).default(30),
    SEGCAST_DATA_DIR: z.string().default('.segcast'),
    DATABASE_URL: postgresUrl,
    DWH_URL: postgresUrl,
    DWH_ADMIN_URL: postgresUrl,
    DWH_RELATION: z.string().default('customer_features_view'),
    DWH_VERSION_SQL: z.string().optional(),
    DWH_STATEMENT_TIMEOUT_MS: integer(1000, 86_400_000).default(300_000),
    QUEUE_BACKEND: choice('auto', 'redis', 'postgres').default('auto'),
    REDIS_URL: connectionUrl('redis:', 'rediss:').optional(),
    QUEUE_PREFIX: z.string().default('{segcast}'),
    SCORING_ENGINE: choice('auto', 'tfjs-node', 'tfjs-wasm').default('auto'),
    SCORING_THREADS: integer(1, 64).default(Math.min(availableParallelism(), MOST_DEFAULT_THREADS)),
    WORKER_NICENESS: integer(0, 19).default(10),
    SHARD_SIZE: integer(1000, 10_000_000).default(100_000),
    BATCH_SIZE: integer(64, 65_536).default(4096),
    MODELS_DIR: z.string().default('models'),
    CHURN_HIGH_THRESHOLD: fraction().default(0.7),
    CHURN_MEDIUM_THRESHOLD: fraction().default(0.4),
    RFM_MODE: choice('thresholds', 'quantile').default('thresholds'),
    RFM_RECENCY_DAYS: fourNumbers('rising').default([30, 60, 90, 180]),
    RFM_FREQUENCY: fourNumbers('falling').default([20, 10, 5, 2]),
    RFM_MONETARY: fourNumbers('falling').default([1000, 500, 200, 100]),
    RFM_RECENCY_COLUMN: columnName.default('days_since_last_transaction'),
    RFM_FREQUENCY_COLUMN: columnName.default('transaction_count'),
    RFM_MONETARY_COLUMN: columnName.default('total_revenue'),
    RFM_SEGMENTS_FILE: z.string().optional(),
    NIGHTLY_CRON: cronPattern().default('0 2 * * *'),
    NIGHTLY_TZ: timeZone().default('UTC'),
    KEEP_RUNS: integer(1, 10_000).default(10),
    SHARD_LEASE_MS: integer(3000, 600_000).default(10_000),
    SWEEP_INTERVAL_MS: integer(200, 600_000).default(3000),
    MAX_SHARD_CLAIMS: integer(1, 100).default(5),
    MAX_ACTIVE_RUNS: integer(1, 100_000).default(100),
    WEBHOOK_ALLOW_PRIVATE: flag().default(false),
    WEBHOOK_CALLBACK_SECRET: webhookSecret().optional(),
    LOG_LEVEL: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
    LOG_FORMAT: choice('json', 'pretty').optional(),
  })
  .refine((env) => env.CHURN_MEDIUM_THRESHOLD < env.CHURN_HIGH_THRESHOLD, {
    path: ['CHURN_MEDIUM_THRESHOLD'],
    error: 'must be below CHURN_HIGH_THRESHOLD',
    when: areValid('CHURN_MEDIUM_THRESHOLD', 'CHURN_HIGH_THRESHOLD'),
  })
  .refine((env) => !(env.SEGCAST_BOOTSTRAP_KEY && env.SEGCAST_BOOTSTRAP_KEY_FILE), {
    path: ['SEGCAST_BOOTSTRAP_KEY_FILE'],
    error: 'is set beside SEGCAST_BOOTSTRAP_KEY; set one of them',
    when: areValid('SEGCAST_BOOTSTRAP_KEY'),
  });

/** Lets a check between variables run in spite of faults in others. */
function areValid(...names: string[]) {
  return ({ issues }: z.core.ParsePayload) =>
    !issues.some(({ path }) => names.includes(String(path?.[0])));
}

export type Environment = z.infer<typeof environmentSchema>;
