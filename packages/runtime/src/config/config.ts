import { resolve } from 'node:path';

import type { ChurnThresholds } from '@segcast/contracts';

import type { Environment } from './environment-schema.ts';

/** The folder of the whole project: relative paths in the environment start here. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '../../../..');

type FourNumbers = [number, number, number, number];

/** What the environment asks for, checked and complete. Durations are in milliseconds. */
export interface Config {
  http: {
    host: string;
    port: number;
    /** How many proxies to believe, or which; null for none. */
    trustProxy: number | string[] | null;
  };
  access: {
    /** Becomes the first key where there has been none. */
    bootstrapKey: string | null;
    /** Absolute path of a file that holds it. */
    bootstrapKeyFile: string | null;
    /** How long a person stays signed in. */
    sessionMs: number;
    /** Requests of one key; 0 is without limit. */
    requestsPerMinute: number;
    /** Refused keys from one address. */
    failuresPerMinute: number;
    /** The key that our own commands send. */
    apiKey: string | null;
  };
  /** Absolute path of the folder for embedded services and their state. */
  dataDir: string;
  /** Null: an embedded PostgreSQL. */
  databaseUrl: string | null;
  warehouse: {
    /** Null: the database of Segcast. */
    url: string | null;
    /** Null: `url`. */
    adminUrl: string | null;
    relation: string;
    versionSql: string | null;
    statementTimeoutMs: number;
  };
  queue: {
    backend: Environment['QUEUE_BACKEND'];
    redisUrl: string | null;
    prefix: string;
  };
  scoring: {
    engine: Environment['SCORING_ENGINE'];
    threads: number;
    /** How far a worker lets other processes have the processor first; 0: not at all. */
    niceness: number;
    /** Members per shard, about. */
    shardSize: number;
    /** Members per call of the engine. */
    batchSize: number;
    modelsDir: string;
    churnThresholds: ChurnThresholds;
  };
  rfm: {
    /** Whether the bounds are given, or are the quintiles of the warehouse. */
    mode: 'thresholds' | 'quantile';
    /** Bounds of the scores 5, 4, 3 and 2. */
    recencyDays: FourNumbers;
    frequency: FourNumbers;
    monetary: FourNumbers;
    columns: { recency: string; frequency: string; monetary: string };
    /** JSON file with names instead of the built-in grid. */
    segmentsFile: string | null;
  };
  /** Null when nothing runs at night. */
  nightly: { pattern: string; tz: string } | null;
  runs: {
    /** Succeeded runs of a segment whose predictions are kept. */
    keepRuns: number;
    shardLeaseMs: number;
    sweepIntervalMs: number;
    maxShardClaims: number;
    maxActiveRuns: number;
  };
  webhooks: {
    /** Whether addresses that are not public may be called. */
    allowPrivate: boolean;
    /** What callbacks are signed with; null: not at all. */
    callbackSecret: string | null;
  };
  log: { level: Environment['LOG_LEVEL']; format: 'json' | 'pretty' };
  /** What is suspicious though not wrong; for the log at start. */
  warnings: string[];
}

export function toConfig(env: Environment, warnings: string[]): Config {
  const path = (value: string) => resolve(PROJECT_ROOT, value);
  return {
    http: { host: env.HOST, port: env.PORT, trustProxy: env.TRUST_PROXY ?? null },
    access: {
      bootstrapKey: env.SEGCAST_BOOTSTRAP_KEY ?? null,
      bootstrapKeyFile:
        env.SEGCAST_BOOTSTRAP_KEY_FILE === undefined ? null : path(env.SEGCAST_BOOTSTRAP_KEY_FILE),
      sessionMs: env.SESSION_HOURS * 3_600_000,
      requestsPerMinute: env.RATE_LIMIT_PER_MINUTE,
      failuresPerMinute: env.FAILED_SIGN_INS_PER_MINUTE,
      apiKey: env.SEGCAST_API_KEY ?? null,
    },
    dataDir: path(env.SEGCAST_DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    warehouse: {
      url: env.DWH_URL ?? null,
      adminUrl: env.DWH_ADMIN_URL ?? null,
      relation: env.DWH_RELATION,
      versionSql: env.DWH_VERSION_SQL ?? null,
      statementTimeoutMs: env.DWH_STATEMENT_TIMEOUT_MS,
    },
    queue: {
      backend: env.QUEUE_BACKEND,
      redisUrl: env.REDIS_URL ?? null,
      prefix: env.QUEUE_PREFIX,
    },
    scoring: {
      engine: env.SCORING_ENGINE,
      threads: env.SCORING_THREADS,
      niceness: env.WORKER_NICENESS,
      shardSize: env.SHARD_SIZE,
      batchSize: env.BATCH_SIZE,
      modelsDir: path(env.MODELS_DIR),
      churnThresholds: { high: env.CHURN_HIGH_THRESHOLD, medium: env.CHURN_MEDIUM_THRESHOLD },
    },
    rfm: {
      mode: env.RFM_MODE,
      recencyDays: env.RFM_RECENCY_DAYS,
      frequency: env.RFM_FREQUENCY,
      monetary: env.RFM_MONETARY,
      columns: {
        recency: env.RFM_RECENCY_COLUMN,
        frequency: env.RFM_FREQUENCY_COLUMN,
        monetary: env.RFM_MONETARY_COLUMN,
      },
      segmentsFile: env.RFM_SEGMENTS_FILE === undefined ? null : path(env.RFM_SEGMENTS_FILE),
    },
    nightly: env.NIGHTLY_CRON === null ? null : { pattern: env.NIGHTLY_CRON, tz: env.NIGHTLY_TZ },
    runs: {
      keepRuns: env.KEEP_RUNS,
      shardLeaseMs: env.SHARD_LEASE_MS,
      sweepIntervalMs: env.SWEEP_INTERVAL_MS,
      maxShardClaims: env.MAX_SHARD_CLAIMS,
      maxActiveRuns: env.MAX_ACTIVE_RUNS,
    },
    webhooks: {
      allowPrivate: env.WEBHOOK_ALLOW_PRIVATE,
      callbackSecret: env.WEBHOOK_CALLBACK_SECRET ?? null,
    },
    log: {
      level: env.LOG_LEVEL,
      format: env.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json'),
    },
    warnings,
  };
}
