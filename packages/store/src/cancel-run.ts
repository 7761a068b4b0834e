import { AppError } from '@segcast/contracts';
import { FINISHED_CHANNEL } from './close-run.ts';
import type { Store } from './open-store.ts';
import { readRunRecord } from './run-record.ts';

/**
 * Cancels a run: a queued one at once, another as soon as no worker holds a part of it. Repeating
 * it does no harm. Throws `run_not_found`, and `run_finished` when the run ended in another way.
 */
export async function requestCancel(store: Store, runId: string): Promise<void> {
  const { id } = await readRunRecord(store, runId);
  const rows = await store.rows(
    `UPDATE segcast.runs SET status = 'cancelling'
     WHERE id = $1 AND status IN ('queued', 'planning', 'running', 'cancelling') RETURNING id`,
    [id],
  );
  if (rows.length === 0) {
    const { status } = await readRunRecord(store, id);
    throw new AppError('run_finished', `Run ${id} is ${status} and cannot be cancelled any more.`);
  }
  await closeCancelled(store, id);
}

/**
 * Closes cancelled runs, or the one named, of which nobody holds a live lease. What still writes
 * then is stopped by the fence.
 */
export async function closeCancelled(store: Store, runId: string | null): Promise<number> {
  const rows = await store.rows(
    `WITH closed AS (
       UPDATE segcast.runs r
       SET status = 'cancelled', finished_at = clock_timestamp(), lease_until = NULL
       WHERE r.status = 'cancelling' AND ($1::uuid IS NULL OR r.id = $1)
         AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
         AND NOT EXISTS (
           SELECT FROM segcast.run_shards h WHERE h.run_id = r.id AND h.status = 'running'
             AND h.lease_until >= clock_timestamp()
         )
       RETURNING r.id
     )
     SELECT pg_notify('${FINISHED_CHANNEL}', id::text) FROM closed`,
    [runId],
  );
  return rows.length;
}
