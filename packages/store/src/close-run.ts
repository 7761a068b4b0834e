import type { AggregatedStats } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import { loadRun, type Queryable, type RunRecord, type StoredError } from './run-record.ts';
import { takeSegmentCounts } from './run-segments.ts';
import { SELECT_PARTS, type ShardPart } from './runs.ts';
import { inTransaction } from './transaction.ts';

export interface RunSummaryParts {
  stats: AggregatedStats;
  warning: string | null;
  /** How far the models' inputs have drifted. */
  drift?: unknown;
  /** What drives the churn of a segment's members, where the run explains it. */
  drivers?: unknown;
  /** What was found of each segment of a nightly run; empty for a run of one. */
  segments: readonly SegmentSummary[];
}

export interface SegmentSummary {
  /** Within the run. */
  number: number;
  members: number;
  successful: number;
  failed: number;
  imputed: number;
  stats: AggregatedStats;
}

/**
 * Merges what the shards of a run found, and what they counted together of each segment of a nightly
 * run; must not depend on the order of the parts.
 */
export type Summarize = (
  run: RunRecord,
  parts: readonly ShardPart[],
  counts: Float64Array | null,
) => RunSummaryParts;

/** Whoever waits for the end of a run listens here for its id. */
export const FINISHED_CHANNEL = 'segcast_runs';

/**
 * Locks the run's row and tells its status. NO KEY, since the chunks' foreign keys hold key shares
 * of the row: two shards finishing at once would otherwise wait for each other for ever.
 */
export async function lockRun(db: Queryable, runId: string): Promise<string | null> {
  const { rows } = await db.query<{ status: string }>({
    name: 'lock-run',
    text: 'SELECT status FROM segcast.runs WHERE id = $1 FOR NO KEY UPDATE',
    values: [runId],
  });
  return rows[0]?.status ?? null;
}

/**
 * Closes a running run whose shards are all done; the caller's transaction holds the run's lock.
 * The count must be a statement of its own, begun after the lock was granted: only then does it
 * see the shard that another transaction finished while this one waited.
 */
export async function closeIfLast(
  db: Queryable,
  runId: string,
  summarize: Summarize,
): Promise<boolean> {
  const unfinished = await db.query({
    name: 'unfinished-shard',
    text: `SELECT FROM segcast.run_shards WHERE run_id = $1 AND status <> 'done' LIMIT 1`,
    values: [runId],
  });
  if (unfinished.rowCount !== 0) return false;
  const run = await loadRun(db, runId);
  const { rows: parts } = await db.query<ShardPart>(`${SELECT_PARTS} AND run_id = $1`, [runId]);
  const counts = run.segmentId === null ? await takeSegmentCounts(db, runId) : null;
  await saveSummary(db, run, summarize(run, parts, counts));
  return true;
}

async function saveSummary(
  db: Queryable,
  run: RunRecord,
  { stats, warning, drift = null, drivers = null, segments }: RunSummaryParts,
): Promise<void> {
  const isWhole = run.segmentId === null;
  const { processed: members, successful, failed, imputed } = run;
  const found = isWhole ? segments : [{ number: 0, members, successful, failed, imputed, stats }];
  await db.query(
    `WITH clock AS MATERIALIZED (
       SELECT clock_timestamp() AS now
     ), finished AS (
       UPDATE segcast.runs r SET status = 'succeeded', warning = $2, stats = $3,
         drift = $10,
         finished_at = (SELECT now FROM clock), lease_until = NULL, error = NULL,
         warehouse_read_at = shards.read_at, warehouse_version = shards.version
       FROM (
         SELECT min(warehouse_read_at) AS read_at,
           CASE WHEN min(warehouse_version) = max(warehouse_version) THEN min(warehouse_version) END
             AS version
         FROM segcast.run_shards WHERE run_id = $1
       ) shards
       WHERE r.id = $1
     ), summed AS (
       UPDATE segcast.run_segments s
       SET members = f.members, successful = f.successful, failed = f.failed, imputed = f.imputed,
         stats = f.stats::json, drivers = $11
       FROM unnest($4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[])
         AS f (number, members, successful, failed, imputed, stats)
       WHERE s.run_id = $1 AND s.number = f.number AND s.error IS NULL
       RETURNING s.segment_id, s.rules, s.members
     ), counted AS (
       UPDATE segcast.segments s
       SET member_count = summed.members, recalculated_at = (SELECT now FROM clock)
       FROM summed WHERE s.id = summed.segment_id AND s.rules::text = summed.rules::text
     )
     SELECT pg_notify('${FINISHED_CHANNEL}', $1::text)`,
    [
      run.id,
      warning,
      isWhole ? JSON.stringify(stats) : null,
      found.map((each) => each.number),
      found.map((each) => each.members),
      found.map((each) => each.successful),
      found.map((each) => each.failed),
      found.map((each) => each.imputed),
      found.map((each) => JSON.stringify(each.stats)),
      drift && JSON.stringify(drift),
      drivers && JSON.stringify(drivers),
    ],
  );
}

/** Closes a running run whose shards are all done, if it is one. */
export function closeRun(store: Store, runId: string, summarize: Summarize): Promise<boolean> {
  return inTransaction(
    store,
    async (client) =>
      (await lockRun(client, runId)) === 'running' && closeIfLast(client, runId, summarize),
  );
}

/** Fails a run that is still going on; tells whether it was. A cancelled run stays cancelled. */
export async function failRun(db: Queryable, runId: string, error: StoredError): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH failed AS (
       UPDATE segcast.runs SET status = 'failed', error = $2, finished_at = clock_timestamp(),
         lease_until = NULL
       WHERE id = $1 AND status IN ('queued', 'planning', 'running') RETURNING id
     )
     SELECT pg_notify('${FINISHED_CHANNEL}', id::text) FROM failed`,
    [runId, JSON.stringify(error)],
  );
  return rowCount === 1;
}
