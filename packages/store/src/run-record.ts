import {
  AppError,
  type AggregatedStats,
  type ChurnThresholds,
  type ErrorCode,
  type PredictionType,
  type RunModels,
} from '@segcast/contracts';
import type pg from 'pg';
import { isUuid } from './cursor.ts';
import type { Store } from './open-store.ts';
import { guardStore } from './store-error.ts';

export type StoredRunStatus =
  'queued' | 'planning' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

/** Why a run or a shard failed. */
export interface StoredError {
  code: ErrorCode;
  message: string;
}

/** The engine of a run that takes whichever its planner has; the plan freezes that. */
export const ANY_ENGINE = 'auto';

/** What decides the result of a run, frozen when it was submitted. */
export interface FrozenRun {
  type: PredictionType;
  /** `ANY_ENGINE` until the run is planned, if it was submitted so. */
  engine: string;
  models: RunModels;
  /** The scorer's RFM settings, as it gave them. */
  rfmSettings: unknown;
  segmentId: number;
  segmentName: string;
  rules: unknown;
  ruleHash: string;
  churnThresholds: ChurnThresholds;
}

export interface RunRecord extends FrozenRun {
  id: string;
  kind: 'segment' | 'nightly';
  status: StoredRunStatus;
  scheduledFor: Date | null;
  estimatedMembers: number;
  /** Sums over the shards so far; of a finished run over all. */
  processed: number;
  successful: number;
  failed: number;
  imputed: number;
  /** Aggregates of a succeeded run, else null. */
  stats: AggregatedStats | null;
  warning: string | null;
  error: StoredError | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  predictionsDeletedAt: Date | null;
  /** When this was read, by the database's clock. */
  asOf: Date;
}

/** A pool or one of its connections. */
export type Queryable = Pick<pg.PoolClient, 'query'>;

/** Reads `RunRecord`s; append conditions on `r` (runs) and `s` (run_segments). */
export const SELECT_RUN = `
  SELECT r.id, r.kind, r.status, r.type, r.engine, r.models, r.rfm_settings AS "rfmSettings",
    r.scheduled_for AS "scheduledFor", r.estimated_members AS "estimatedMembers", r.warning,
    r.error, r.created_at AS "createdAt", r.started_at AS "startedAt",
    r.finished_at AS "finishedAt", r.predictions_deleted_at AS "predictionsDeletedAt",
    clock_timestamp() AS "asOf",
    s.segment_id AS "segmentId", s.segment_name AS "segmentName", s.rules,
    s.rule_hash AS "ruleHash", s.churn_thresholds AS "churnThresholds", s.stats,
    coalesce(s.members, done.processed) AS processed,
    coalesce(s.successful, done.successful) AS successful,
    coalesce(s.failed, done.failed) AS failed,
    coalesce(s.imputed, done.imputed) AS imputed
  FROM segcast.runs r
  JOIN segcast.run_segments s ON s.run_id = r.id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(h.processed), 0)::bigint AS processed,
      coalesce(sum(h.successful), 0)::bigint AS successful,
      coalesce(sum(h.failed), 0)::bigint AS failed,
      coalesce(sum(h.imputed), 0)::bigint AS imputed
    FROM segcast.run_shards h WHERE h.run_id = r.id
  ) done`;

function runNotFound(id: string): AppError {
  return new AppError('run_not_found', `There is no run ${id}.`);
}

/** Throws `run_not_found`. */
export async function loadRun(db: Queryable, id: string): Promise<RunRecord> {
  if (!isUuid(id)) throw runNotFound(id);
  const { rows } = await db.query<RunRecord>(`${SELECT_RUN} WHERE r.id = $1`, [id]);
  const run = rows[0];
  if (run === undefined) throw runNotFound(id);
  return run;
}

/** Throws `run_not_found`. */
export function readRunRecord(store: Store, id: string): Promise<RunRecord> {
  return guardStore(() => loadRun(store.pool, id));
}
