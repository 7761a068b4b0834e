import type { AggregatedStats, Page, PageQuery, PredictionType } from '@segcast/contracts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';

/** What one run found of a segment. */
export interface TrendPoint {
  runId: string;
  computedAt: Date;
  members: number;
  stats: AggregatedStats;
}

export interface TrendFilter {
  segmentId: number;
  /** Runs of these types only. */
  types: readonly PredictionType[];
  /** Half open: from the first moment on, before the second. */
  from: Date | null;
  to: Date | null;
}

/** One page of a segment's succeeded runs in the order of their ends; they are kept for ever. */
export async function listTrend(
  store: Store,
  { segmentId, types, from, to }: TrendFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<TrendPoint>> {
  const after = decodeCursor(cursor, ['uuid'])?.[0] ?? null;
  const rows = await store.rows<TrendPoint>(
    `SELECT r.id AS "runId", r.finished_at AS "computedAt", s.members, s.stats
     FROM segcast.run_segments s JOIN segcast.runs r ON r.id = s.run_id
     WHERE s.segment_id = $1 AND s.error IS NULL AND s.stats IS NOT NULL
       AND r.status = 'succeeded' AND r.type = ANY ($2)
       AND ($3::timestamptz IS NULL OR r.finished_at >= $3)
       AND ($4::timestamptz IS NULL OR r.finished_at < $4)
       AND ($5::uuid IS NULL OR (r.finished_at, r.id) >
         (SELECT l.finished_at, l.id FROM segcast.runs l WHERE l.id = $5))
     ORDER BY r.finished_at, r.id LIMIT $6`,
    [segmentId, types, from, to, after, limit + 1],
  );
  return pageOf(rows, limit, ({ runId }) => [runId]);
}
