import type { Page, PageQuery } from '@segcast/contracts';
import type { Knex } from 'knex';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';
import {
  SEGMENT_COLUMNS,
  SEGMENT_SQL,
  segmentNotFound,
  segmentTable,
  type SegmentRecord,
} from './segment-record.ts';
import { guardStore } from './store-error.ts';

export interface SegmentFilter {
  /** A part of the name or description, in any case. */
  search?: string | undefined;
  isActive?: boolean | undefined;
}

/** Throws `segment_not_found`. */
export async function readSegment(store: Store, id: number): Promise<SegmentRecord> {
  const [row] = await store.rows<SegmentRecord>(
    `SELECT ${SEGMENT_SQL} FROM segcast.segments WHERE id = $1::bigint`,
    [id],
    'segment',
  );
  if (row === undefined) throw segmentNotFound(id);
  return row;
}

/** One page by ascending id, and how many segments match in all. */
export async function listSegments(
  store: Store,
  filter: SegmentFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<SegmentRecord> & { count: number }> {
  const after = decodeCursor(cursor, ['int'])?.[0] ?? 0;
  const [rows, counted] = await guardStore(() =>
    Promise.all([
      matching(store, filter)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit + 1)
        .select<SegmentRecord[]>(SEGMENT_COLUMNS),
      matching(store, filter).count<{ count: number }[]>({ count: '*' }),
    ]),
  );
  return { count: counted[0]?.count ?? 0, ...pageOf(rows, limit, ({ id }) => [id]) };
}

function matching(store: Store, { search, isActive }: SegmentFilter): Knex.QueryBuilder {
  const query = segmentTable(store);
  if (isActive !== undefined) query.where({ is_active: isActive });
  if (search === undefined) return query;
  return query.whereRaw('strpos(lower(name || chr(10) || description), lower(?)) > 0', [search]);
}

/** Every active segment, by id. */
export function listActiveSegments(store: Store): Promise<SegmentRecord[]> {
  return guardStore(() =>
    segmentTable(store)
      .where({ is_active: true })
      .orderBy('id')
      .select<SegmentRecord[]>(SEGMENT_COLUMNS),
  );
}

/** Notes how many customers a segment had just now. Throws `segment_not_found`. */
export async function recordMemberCount(
  store: Store,
  id: number,
  count: number,
): Promise<{ previous: number | null; recalculatedAt: Date }> {
  const [row] = await store.rows<{ previous: number | null; recalculatedAt: Date }>(
    `UPDATE segcast.segments s SET member_count = $2, recalculated_at = clock_timestamp()
     FROM (SELECT id, member_count FROM segcast.segments WHERE id = $1::bigint FOR UPDATE) before
     WHERE s.id = before.id
     RETURNING before.member_count AS previous, s.recalculated_at AS "recalculatedAt"`,
    [id, count],
  );
  if (row === undefined) throw segmentNotFound(id);
  return row;
}
