import { AppError } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import { segmentChanged, segmentNotFound, type SegmentRecord } from './segment-record.ts';
import { inTransaction } from './transaction.ts';

/**
 * Deletes a segment with its runs and their predictions; a nightly run stays with its other
 * segments. Throws `segment_busy` while a run of it is active, `precondition_failed` as
 * `updateSegment` does.
 */
export function deleteSegment(
  store: Store,
  id: number,
  versions: readonly number[] | null = null,
): Promise<void> {
  return inTransaction(store, async (client) => {
    // Submitting a run holds a key share of this row, so none can slip in behind the check.
    const { rows } = await client.query<SegmentRecord>(
      'SELECT id, version FROM segcast.segments WHERE id = $1::bigint FOR UPDATE',
      [id],
    );
    const segment = rows[0];
    if (segment === undefined) throw segmentNotFound(id);
    if (versions !== null && !versions.includes(segment.version)) {
      throw segmentChanged(segment, versions);
    }
    const ofSegment = 'SELECT run_id FROM segcast.run_segments WHERE segment_id = $1';
    const active = await client.query(
      `SELECT FROM segcast.runs WHERE id IN (${ofSegment})
         AND status IN ('queued', 'planning', 'running', 'cancelling') LIMIT 1`,
      [id],
    );
    if (active.rowCount !== 0) {
      throw new AppError(
        'segment_busy',
        `A run of segment ${id} is still active. Wait for it or cancel it, then delete again.`,
      );
    }
    await client.query(
      `DELETE FROM segcast.runs r WHERE id IN (${ofSegment}) AND NOT EXISTS (
         SELECT FROM segcast.run_segments s
         WHERE s.run_id = r.id AND s.segment_id <> $1 AND s.error IS NULL
       )`,
      [id],
    );
    await client.query('DELETE FROM segcast.run_segments WHERE segment_id = $1', [id]);
    await client.query('DELETE FROM segcast.segments WHERE id = $1', [id]);
  });
}
