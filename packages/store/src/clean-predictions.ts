import { AppError } from '@segcast/contracts';
import type pg from 'pg';
import type { Store } from './open-store.ts';
import { guardStore } from './store-error.ts';
import { inTransaction } from './transaction.ts';

/** Runs cleaned in one go, so that a sweep stays short. */
const AT_ONCE = 20;

/**
 * Deletes the predictions of failed and cancelled runs. Nothing can be added behind its back: a
 * shard is kept only while its run is running.
 */
export async function deleteAbandonedPredictions(store: Store): Promise<number> {
  const rows = await store.rows<{ id: string }>(
    `SELECT id FROM segcast.runs
     WHERE status IN ('failed', 'cancelled') AND predictions_deleted_at IS NULL
       AND kind <> 'training'
     ORDER BY id LIMIT ${AT_ONCE}`,
  );
  return deleteEach(store, rows);
}

/**
 * Deletes the predictions of all but the newest `keepRuns` succeeded runs of each segment. Those of
 * a nightly run stay while it is one of the newest of any of its segments.
 */
export async function deleteOldPredictions(store: Store, keepRuns: number): Promise<number> {
  const rows = await store.rows<{ id: string }>(
    `SELECT run_id AS id FROM (
       SELECT s.run_id, row_number() OVER (PARTITION BY s.segment_id ORDER BY s.run_id DESC) AS age
       FROM segcast.runs r JOIN segcast.run_segments s ON s.run_id = r.id
       WHERE r.status = 'succeeded' AND r.predictions_deleted_at IS NULL AND s.error IS NULL
     ) aged
     GROUP BY run_id HAVING min(age) > $1 ORDER BY run_id LIMIT ${AT_ONCE}`,
    [keepRuns],
  );
  return deleteEach(store, rows);
}

async function deleteEach(store: Store, runs: readonly { id: string }[]): Promise<number> {
  let deleted = 0;
  for (const { id } of runs) if (await deletePredictions(store, id)) deleted++;
  return deleted;
}

/**
 * Whoever reads all of a run's predictions holds a shared lock of this key: they are deleted at a
 * later sweep then.
 */
const LOCK_KEY = `hashtextextended('segcast predictions ' || $1::text, 0)`;

function deletePredictions(store: Store, runId: string): Promise<boolean> {
  return inTransaction(store, async (client) => {
    const { rows } = await client.query<{ free: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS free`,
      [runId],
    );
    if (rows[0]?.free !== true) return false;
    await client.query('DELETE FROM segcast.prediction_chunks WHERE run_id = $1', [runId]);
    await client.query('DELETE FROM segcast.prediction_failures WHERE run_id = $1', [runId]);
    await client.query(
      'UPDATE segcast.runs SET predictions_deleted_at = clock_timestamp() WHERE id = $1',
      [runId],
    );
    return true;
  });
}

/**
 * Runs `work` on a connection that keeps the predictions of a run from being deleted. Throws
 * `predictions_deleted` when they are gone already.
 */
export async function* withPredictions<T>(
  store: Store,
  runId: string,
  work: (client: pg.PoolClient) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const client = await guardStore(() => store.pool.connect());
  try {
    const [run] = await guardStore(async () => {
      await client.query(`SELECT pg_advisory_lock_shared(${LOCK_KEY})`, [runId]);
      const text = 'SELECT predictions_deleted_at AS "deletedAt" FROM segcast.runs WHERE id = $1';
      return (await client.query<{ deletedAt: Date | null }>(text, [runId])).rows;
    });
    if (run !== undefined && run.deletedAt !== null) throw predictionsDeleted(runId, run.deletedAt);
    yield* work(client);
  } finally {
    // A connection that is not given back takes the lock with it.
    const unlocked = client.query('SELECT pg_advisory_unlock_all()');
    client.release(
      await unlocked.then(
        () => false,
        () => true,
      ),
    );
  }
}

export function predictionsDeleted(runId: string, at: Date): AppError {
  return new AppError(
    'predictions_deleted',
    `The predictions of run ${runId} were deleted at ${at.toISOString()}, as those of old runs are. Its statistics remain; submit another run, or keep more of them with KEEP_RUNS.`,
  );
}
