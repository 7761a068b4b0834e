import type { AggregatedStats } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import { loadRun, type Queryable, type RunRecord, type StoredError } from './run-record.ts';
import { SELECT_PARTS, type ShardPart } from './runs.ts';
import { inTransaction } from './transaction.ts';

export interface RunSummaryParts {
  stats: AggregatedStats;
  warning: string | null;
}

/** Merges what the shards of a run found; must not depend on their order. */
export type Summarize = (run: RunRecord, parts: readonly ShardPart[]) => RunSummaryParts;

/** Whoever waits for the end of a run listens here for its id. */
export const FINISHED_CHANNEL = 'segcast_runs';

/**
 * Locks the run's row and tells its status. NO KEY, since the chunks' foreign keys hold key shares
 * of the row: two shards finishing at once would otherwise wait for each other for ever.
 */
export async function lockRun(db: Queryable, runId: string): Promise<string | null> {
  const { rows } = await db.query<{ status: string }>(
    'SELECT status FROM segcast.runs WHERE id = $1 FOR NO KEY UPDATE',
    [runId],
  );
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
  const unfinished = await db.query(
    `SELECT FROM segcast.run_shards WHERE run_id = $1 AND status <> 'done' LIMIT 1`,
    [runId],
  );
  if (unfinished.rowCount !== 0) return false;
  const run = await loadRun(db, runId);
  const { rows: parts } = await db.query<ShardPart>(`${SELECT_PARTS} AND run_id = $1`, [runId]);
  await saveSummary(db, run, summarize(run, parts));
  return true;
}

async function saveSummary(
  db: Queryable,
  run: RunRecord,
  { stats, warning }: RunSummaryParts,
): Promise<void> {
  await db.query(
    `WITH clock AS MATERIALIZED (
       SELECT clock_timestamp() AS now
     ), finished AS (
       UPDATE segcast.runs r SET status = 'succeeded', warning = $2,
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
       UPDATE segcast.run_segments
       SET members = $3, successful = $4, failed = $5, imputed = $6, stats = $7
       WHERE run_id = $1 RETURNING segment_id, rules
     ), counted AS (
       UPDATE segcast.segments s SET member_count = $3, recalculated_at = (SELECT now FROM clock)
       FROM summed WHERE s.id = summed.segment_id AND s.rules::text = summed.rules::text
     )
     SELECT pg_notify('${FINISHED_CHANNEL}', $1::text)`,
    [
      run.id,
      warning,
      run.processed,
      run.successful,
      run.failed,
      run.imputed,
      JSON.stringify(stats),
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
