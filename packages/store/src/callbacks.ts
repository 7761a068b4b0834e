import type { Queryable } from './run-record.ts';

/**
 * Has a run's end told to a URL, once however often it is asked for; at once when it has ended
 * meanwhile. The lock makes whoever closes the run wait, and find the callback then.
 */
export async function addCallback(db: Queryable, runId: string, url: string): Promise<void> {
  const { rows } = await db.query<{ status: string }>(
    'SELECT status FROM segcast.runs WHERE id = $1 FOR SHARE',
    [runId],
  );
  const { rowCount } = await db.query(
    'INSERT INTO segcast.run_callbacks (run_id, url) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [runId, url],
  );
  const status = rows[0]?.status ?? '';
  if (rowCount !== 1 || !['succeeded', 'failed', 'cancelled'].includes(status)) return;
  await db.query(
    `INSERT INTO segcast.webhook_deliveries (run_id, event, callback_url) VALUES ($1, $2, $3)`,
    [runId, `run.${status}`, url],
  );
}
