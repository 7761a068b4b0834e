import type { PlanRunJob, ScoreShardJob } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import type { RunKind, StoredError } from './run-record.ts';
import type { ShardClaim } from './shards.ts';
import type { PlanClaim } from './plan-run.ts';

export interface LostAfter {
  /** A job enqueued longer ago than this, and not taken, counts as lost; doubled with each loss. */
  lostAfterMs: number;
  limit: number;
}

/** Beyond this many losses the wait grows no further. */
const MOST_DOUBLINGS = 4;

/**
 * Whether the job of a row is lost: given back, its holder gone, or enqueued long ago. A long queue
 * looks the same, so that the wait doubles: a waiting job gets few doubles, which find nothing to do.
 */
function isLost(row: string): string {
  return `(${row}.dispatched_at IS NULL OR ${row}.dispatched_at < clock_timestamp()
    - $1 * power(2, least(${row}.dispatch, ${MOST_DOUBLINGS})) * interval '1 ms')`;
}

/** The job of a run as a whole: to plan it, or to train it. */
export type WholeRunJob = PlanRunJob & { kind: RunKind };

/**
 * Numbers new jobs for the runs that wait to be planned or trained and whose job is lost, oldest
 * first.
 */
export function redispatchPlans(
  store: Store,
  { lostAfterMs, limit }: LostAfter,
): Promise<WholeRunJob[]> {
  return store.rows<WholeRunJob>(
    `UPDATE segcast.runs r SET dispatch = r.dispatch + 1, dispatched_at = clock_timestamp()
     FROM (
       SELECT id FROM segcast.runs x
       WHERE x.status IN ('queued', 'planning') AND x.not_before <= clock_timestamp()
         AND (x.lease_until IS NULL OR x.lease_until < clock_timestamp()) AND ${isLost('x')}
       ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
     ) lost
     WHERE r.id = lost.id RETURNING r.id AS run_id, r.dispatch, r.kind`,
    [lostAfterMs, limit],
  );
}

/** Numbers new jobs for the shards that nobody holds and whose job is lost, oldest run first. */
export function redispatchShards(
  store: Store,
  { lostAfterMs, limit }: LostAfter,
): Promise<ScoreShardJob[]> {
  return store.rows<ScoreShardJob>(
    `UPDATE segcast.run_shards h SET dispatch = h.dispatch + 1, dispatched_at = clock_timestamp()
     FROM (
       SELECT x.run_id, x.shard FROM segcast.run_shards x JOIN segcast.runs r ON r.id = x.run_id
       WHERE r.status = 'running' AND x.not_before <= clock_timestamp()
         AND (x.status = 'pending' OR x.status = 'running' AND x.lease_until < clock_timestamp())
         AND ${isLost('x')}
       ORDER BY x.run_id, x.shard LIMIT $2 FOR UPDATE OF x SKIP LOCKED
     ) lost
     WHERE h.run_id = lost.run_id AND h.shard = lost.shard
     RETURNING h.run_id, h.shard, h.dispatch`,
    [lostAfterMs, limit],
  );
}

/** Shards of running runs that were claimed `maxClaims` times and whose last holder has gone. */
export function exhaustedShards(
  store: Store,
  maxClaims: number,
): Promise<(ShardClaim & { error: StoredError | null })[]> {
  return store.rows(
    `SELECT h.run_id AS "runId", h.shard, h.attempt, h.error
     FROM segcast.run_shards h JOIN segcast.runs r ON r.id = h.run_id
     WHERE r.status = 'running' AND h.status = 'running' AND h.attempt >= $1
       AND h.lease_until < clock_timestamp()`,
    [maxClaims],
  );
}

/** Runs whose planning or training was begun `maxClaims` times and whose last planner has gone. */
export function exhaustedPlans(
  store: Store,
  maxClaims: number,
): Promise<(PlanClaim & { error: StoredError | null })[]> {
  return store.rows(
    `SELECT id AS "runId", attempt, error FROM segcast.runs
     WHERE status = 'planning' AND attempt >= $1 AND lease_until < clock_timestamp()`,
    [maxClaims],
  );
}

/** Running runs whose shards are all done, yet which nobody has closed. */
export async function unclosedRuns(store: Store): Promise<string[]> {
  const rows = await store.rows<{ id: string }>(
    `SELECT id FROM segcast.runs r WHERE status = 'running' AND NOT EXISTS (
       SELECT FROM segcast.run_shards h WHERE h.run_id = r.id AND h.status <> 'done'
     )`,
  );
  return rows.map(({ id }) => id);
}
