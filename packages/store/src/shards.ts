import { failRun } from './close-run.ts';
import type { Store } from './open-store.ts';
import type { FrozenRun, StoredError } from './run-record.ts';
import type { RunSegmentRecord } from './run-segments.ts';
import { inTransaction } from './transaction.ts';

/** A shard in hand. `attempt` is the fence: whoever claims the shard later holds a greater one. */
export interface ShardClaim {
  runId: string;
  shard: number;
  attempt: number;
}

/** A claimed shard with what decides its result; plain data, fit for another thread. */
export interface ClaimedShard extends ShardClaim, FrozenRun {
  range: { lo: string | null; hi: string | null };
  /** Members of the whole run, about. */
  estimatedMembers: number;
  /** Of a nightly run its segments but for those left out, else null. */
  segments: readonly ShardSegment[] | null;
}

/** A segment as the shards of a nightly run have it. */
export type ShardSegment = Pick<RunSegmentRecord, 'number' | 'rules' | 'churnThresholds'>;

/** The engines that a worker has; the models it reads from the registry. */
export interface Capabilities {
  engines: readonly string[];
}

/**
 * Takes a shard that is pending, or whose holder's lease has ended, of a running run. The attempt
 * is counted here and not in the job, since a stalled job is delivered again with the same
 * payload. Null when there is nothing to take or the worker lacks the run's engine.
 */
export async function claimShard(
  store: Store,
  { runId, shard }: { runId: string; shard: number },
  { engines }: Capabilities,
  { leaseMs, maxClaims }: { leaseMs: number; maxClaims: number },
): Promise<ClaimedShard | null> {
  const [claimed] = await store.rows<ClaimedShard>(
    `UPDATE segcast.run_shards h
     SET status = 'running', attempt = h.attempt + 1, processed = 0, dispatched_at = NULL,
       lease_until = clock_timestamp() + $4 * interval '1 ms'
     FROM segcast.runs r
     LEFT JOIN segcast.run_segments s ON s.run_id = r.id AND r.rule_hash IS NULL
     WHERE h.run_id = $1 AND h.shard = $2 AND r.id = h.run_id AND r.status = 'running'
       AND h.attempt < $5 AND h.not_before <= clock_timestamp()
       AND (h.status = 'pending' OR h.status = 'running' AND h.lease_until < clock_timestamp())
       AND r.engine = ANY ($3)
     RETURNING h.run_id AS "runId", h.shard, h.attempt,
       jsonb_build_object('lo', h.lo, 'hi', h.hi) AS range,
       r.type, r.engine, r.models, r.rfm_settings AS "rfmSettings", r.explain,
       r.estimated_members AS "estimatedMembers", s.segment_id AS "segmentId",
       s.segment_name AS "segmentName", s.rules,
       coalesce(s.rule_hash, r.rule_hash) AS "ruleHash",
       coalesce(s.churn_thresholds, r.churn_thresholds) AS "churnThresholds",
       CASE WHEN r.rule_hash IS NOT NULL THEN (
         SELECT json_agg(json_build_object('number', n.number, 'rules', n.rules,
           'churnThresholds', n.churn_thresholds) ORDER BY n.number)
         FROM segcast.run_segments n WHERE n.run_id = r.id AND n.error IS NULL
       ) END AS segments`,
    [runId, shard, engines, leaseMs, maxClaims],
    'claim-shard',
  );
  return claimed ?? null;
}

/** `done`: this very attempt has been saved; `lost`: another claim holds the shard. */
export type Renewal = 'renewed' | 'cancelled' | 'lost' | 'done';

/** Prolongs the lease, notes the progress and brings word of a cancellation. */
export async function renewShard(
  store: Store,
  { runId, shard, attempt }: ShardClaim,
  { leaseMs, processed }: { leaseMs: number; processed: number },
): Promise<Renewal> {
  const [renewed] = await store.rows<{ status: string }>(
    `UPDATE segcast.run_shards h
     SET lease_until = clock_timestamp() + $4 * interval '1 ms', processed = $5
     FROM segcast.runs r
     WHERE h.run_id = $1 AND h.shard = $2 AND h.attempt = $3 AND h.status = 'running'
       AND r.id = h.run_id
     RETURNING r.status`,
    [runId, shard, attempt, leaseMs, processed],
  );
  if (renewed !== undefined) return renewed.status === 'running' ? 'renewed' : 'cancelled';
  const [now] = await store.rows<{ done: boolean }>(
    `SELECT attempt = $3 AND status = 'done' AS done FROM segcast.run_shards
     WHERE run_id = $1 AND shard = $2`,
    [runId, shard, attempt],
  );
  return now?.done === true ? 'done' : 'lost';
}

/** Gives a shard back because its run was cancelled. */
export async function dropShard(
  store: Store,
  { runId, shard, attempt }: ShardClaim,
): Promise<void> {
  await store.rows(
    `UPDATE segcast.run_shards SET status = 'cancelled', lease_until = NULL
     WHERE run_id = $1 AND shard = $2 AND attempt = $3 AND status = 'running'`,
    [runId, shard, attempt],
  );
}

export interface ShardFailure {
  error: StoredError;
  backOffMs: number;
  /** When set, the shard is not tried again and its run fails with this. */
  runError: StoredError | null;
}

/**
 * Gives a shard back after an error, to be claimed again after `backOffMs`, or fails it and its
 * run. Tells whether the claim still held.
 */
export function releaseShard(
  store: Store,
  { runId, shard, attempt }: ShardClaim,
  { error, backOffMs, runError }: ShardFailure,
): Promise<boolean> {
  return inTransaction(store, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE segcast.run_shards
       SET status = $4, error = $5, lease_until = NULL, dispatched_at = NULL, processed = 0,
         not_before = clock_timestamp() + $6 * interval '1 ms'
       WHERE run_id = $1 AND shard = $2 AND attempt = $3 AND status = 'running'`,
      [
        runId,
        shard,
        attempt,
        runError === null ? 'pending' : 'failed',
        JSON.stringify(error),
        backOffMs,
      ],
    );
    if (rowCount !== 1) return false;
    if (runError !== null) await failRun(client, runId, runError);
    return true;
  });
}
