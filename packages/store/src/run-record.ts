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
import { TRAINING_JSON, type TrainingRecord } from './training-record.ts';

/** A run scores a segment or, at night, all active ones; or it trains a model. */
export type RunKind = 'segment' | 'nightly' | 'training';

/** Training runs are `planning` until they have ended: nothing of them is ever divided. */
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
  /** Whether it also explains what drives churn. */
  explain: boolean;
  /** Null for a run that is not of one segment, as are its name and rule. */
  segmentId: number | null;
  segmentName: string | null;
  rules: unknown;
  /** Of a nightly run as a whole: of all its segments' rules; of a training: of its options. */
  ruleHash: string;
  /** Of a run that is not of one segment: the service's own. */
  churnThresholds: ChurnThresholds;
}

/** A segment of a run, as it was when the run was submitted. */
export interface FrozenSegment {
  segmentId: number;
  segmentName: string;
  rules: unknown;
  ruleHash: string;
  churnThresholds: ChurnThresholds;
}

/** A run as a whole, or a nightly run as one of its segments sees it. */
export interface RunRecord extends FrozenRun {
  id: string;
  kind: RunKind;
  status: StoredRunStatus;
  scheduledFor: Date | null;
  estimatedMembers: number;
  /**
   * Sums over the shards so far; of a finished run over all. For a segment of a nightly run they
   * are its own, and 0 until the run is closed: `readSegmentCounts` has them until then.
   */
  processed: number;
  successful: number;
  failed: number;
  imputed: number;
  /** Customers that the whole run has processed. */
  runProcessed: number;
  /** Aggregates of a succeeded run, else null. */
  stats: AggregatedStats | null;
  /** The segment's number within a nightly run that is seen as that segment's, else null. */
  segmentNumber: number | null;
  /** Why a nightly run had to leave the segment out. */
  segmentError: StoredError | null;
  /** Of a run that trains a model, else null. */
  training: TrainingRecord | null;
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

/** Whether a run is seen as one of its several segments sees it. */
const IN_PART = '(r.rule_hash IS NOT NULL AND s.run_id IS NOT NULL)';

/** A number of the segment, else the sum over the shards so far. */
function counted(ofSegment: string, ofShards: string): string {
  return `CASE WHEN ${IN_PART} THEN coalesce(s.${ofSegment}, 0)
      ELSE coalesce(s.${ofSegment}, done.${ofShards}) END AS ${ofShards}`;
}

/**
 * Reads `RunRecord`s; append conditions on `r` (runs) and `s` (run_segments). Nightly runs are read
 * as the segments see them for which `segment`, a condition on `s`, holds; else as a whole.
 */
export function selectRuns(segment: string): string {
  return `
  SELECT r.id, r.kind, r.status, r.type, r.engine, r.models, r.rfm_settings AS "rfmSettings", r.explain,
    r.scheduled_for AS "scheduledFor", r.estimated_members AS "estimatedMembers", r.warning,
    r.error, r.created_at AS "createdAt", r.started_at AS "startedAt",
    r.finished_at AS "finishedAt", r.predictions_deleted_at AS "predictionsDeletedAt",
    clock_timestamp() AS "asOf", ${TRAINING_JSON} AS training,
    s.segment_id AS "segmentId", s.segment_name AS "segmentName", s.rules,
    coalesce(s.rule_hash, r.rule_hash) AS "ruleHash",
    coalesce(s.churn_thresholds, r.churn_thresholds) AS "churnThresholds",
    CASE WHEN s.run_id IS NULL THEN r.stats ELSE s.stats END AS stats,
    CASE WHEN ${IN_PART} THEN s.number END AS "segmentNumber", s.error AS "segmentError",
    done.processed AS "runProcessed", ${counted('members', 'processed')},
    ${counted('successful', 'successful')}, ${counted('failed', 'failed')},
    ${counted('imputed', 'imputed')}
  FROM segcast.runs r
  LEFT JOIN segcast.run_segments s
    ON s.run_id = r.id AND (r.rule_hash IS NULL OR ${segment})
  LEFT JOIN segcast.trainings t ON t.run_id = r.id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(h.processed), 0)::bigint AS processed,
      coalesce(sum(h.successful), 0)::bigint AS successful,
      coalesce(sum(h.failed), 0)::bigint AS failed,
      coalesce(sum(h.imputed), 0)::bigint AS imputed
    FROM segcast.run_shards h WHERE h.run_id = r.id
  ) done`;
}

function runNotFound(id: string): AppError {
  return new AppError('run_not_found', `There is no run ${id}.`);
}

/**
 * A run, or what it is to one of its segments. Throws `run_not_found`, and `segment_not_found` when
 * the segment is none of the run's.
 */
export async function loadRun(
  db: Queryable,
  id: string,
  segmentId: number | null = null,
): Promise<RunRecord> {
  if (!isUuid(id)) throw runNotFound(id);
  const { rows } = await db.query<RunRecord>({
    name: 'run',
    text: `${selectRuns('s.segment_id = $2')}
     WHERE r.id = $1 AND ($2::bigint IS NULL OR s.segment_id = $2)`,
    values: [id, segmentId],
  });
  const run = rows[0];
  if (run !== undefined) return run;
  if (segmentId === null) throw runNotFound(id);
  await loadRun(db, id);
  throw new AppError('segment_not_found', `Run ${id} has no segment ${segmentId}.`);
}

/** Throws `run_not_found`, and `segment_not_found` when the segment is none of the run's. */
export function readRunRecord(
  store: Store,
  id: string,
  segmentId: number | null = null,
): Promise<RunRecord> {
  return guardStore(() => loadRun(store.pool, id, segmentId));
}
