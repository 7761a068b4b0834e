import type { AggregatedStats } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import type { FrozenSegment, Queryable, StoredError } from './run-record.ts';

/** A segment of a nightly run and what became of it. */
export interface RunSegmentRecord extends FrozenSegment {
  /** Its place in the run's counts and in the memberships of customers. */
  number: number;
  /** The counts are 0 and the stats null until the run is closed. */
  processed: number;
  successful: number;
  failed: number;
  imputed: number;
  stats: AggregatedStats | null;
  /** Why it was left out, or null. */
  error: StoredError | null;
}

/** The segments of a run, by their ids. */
export function readRunSegments(store: Store, runId: string): Promise<RunSegmentRecord[]> {
  return store.rows<RunSegmentRecord>(
    `SELECT number, segment_id AS "segmentId", segment_name AS "segmentName", rules,
       rule_hash AS "ruleHash", churn_thresholds AS "churnThresholds",
       coalesce(members, 0) AS processed, coalesce(successful, 0) AS successful,
       coalesce(failed, 0) AS failed, coalesce(imputed, 0) AS imputed, stats, error
     FROM segcast.run_segments WHERE run_id = $1 ORDER BY segment_id`,
    [runId],
  );
}

/** What the finished shards of unfinished nightly runs have counted so far, by run. */
export async function readSegmentCounts(
  store: Store,
  runIds: readonly string[],
): Promise<Map<string, Float64Array>> {
  if (runIds.length === 0) return new Map();
  const rows = await store.rows<{ runId: string; counts: Buffer }>(
    'SELECT run_id AS "runId", counts FROM segcast.run_counts WHERE run_id = ANY ($1::uuid[])',
    [runIds],
  );
  return new Map(rows.map(({ runId, counts }) => [runId, toDoubles(counts)]));
}

/**
 * Adds what a shard has counted to the counts of its run; the caller's transaction holds the run's
 * lock. Sums of integers: the order of the shards does not matter.
 */
export async function addSegmentCounts(
  db: Queryable,
  runId: string,
  counts: Float64Array,
): Promise<void> {
  const sums = await takeSegmentCounts(db, runId);
  const added = sums === null ? counts : counts.map((count, i) => count + (sums[i] ?? 0));
  await db.query('INSERT INTO segcast.run_counts (run_id, counts) VALUES ($1, $2)', [
    runId,
    Buffer.from(added.buffer, added.byteOffset, added.byteLength),
  ]);
}

/** The counts of a run, which are deleted; null where no shard has counted anything. */
export async function takeSegmentCounts(
  db: Queryable,
  runId: string,
): Promise<Float64Array | null> {
  const { rows } = await db.query<{ counts: Buffer }>(
    'DELETE FROM segcast.run_counts WHERE run_id = $1 RETURNING counts',
    [runId],
  );
  return rows[0] === undefined ? null : toDoubles(rows[0].counts);
}

/** Doubles as the machine has them, which is little-endian wherever Node runs. */
function toDoubles(bytes: Buffer): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
