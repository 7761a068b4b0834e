import { AppError, type ChurnThresholds, type Page, type PageQuery } from '@segcast/contracts';
import type { Knex } from 'knex';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Store } from './open-store.ts';
import { guardStore, violatedConstraint } from './store-error.ts';
import { inTransaction } from './transaction.ts';

/** A segment as stored. `version` grows with every write that a client makes: it is the ETag. */
export interface SegmentRecord {
  id: number;
  name: string;
  description: string;
  rules: unknown;
  isActive: boolean;
  churnThresholds: ChurnThresholds | null;
  memberCount: number | null;
  recalculatedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewSegment = Pick<
  SegmentRecord,
  'name' | 'description' | 'rules' | 'isActive' | 'churnThresholds'
>;

export interface SegmentFilter {
  /** A part of the name or description, in any case. */
  search?: string | undefined;
  isActive?: boolean | undefined;
}

const COLUMNS = {
  id: 'id',
  name: 'name',
  description: 'description',
  rules: 'rules',
  isActive: 'is_active',
  churnThresholds: 'churn_thresholds',
  memberCount: 'member_count',
  recalculatedAt: 'recalculated_at',
  version: 'version',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const;

function table(store: Store) {
  return store.knex<Record<string, unknown>>('segcast.segments');
}

function notFound(id: number): AppError {
  return new AppError('segment_not_found', `There is no segment ${id}.`);
}

function toColumns(segment: Partial<NewSegment>): Record<string, unknown> {
  const { name, description, rules, isActive, churnThresholds } = segment;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(rules === undefined ? {} : { rules: JSON.stringify(rules) }),
    ...(isActive === undefined ? {} : { is_active: isActive }),
    ...(churnThresholds === undefined
      ? {}
      : { churn_thresholds: churnThresholds && JSON.stringify(churnThresholds) }),
  };
}

/** Runs a write and names the segment whose name was taken already. */
async function writeNamed<T>(name: string | undefined, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await guardStore(write);
  } catch (error) {
    if (violatedConstraint(error) !== 'segments_name') throw error;
    throw new AppError(
      'segment_name_taken',
      `A segment is already called "${name ?? ''}". Choose another name.`,
      { cause: error, errors: [{ pointer: '/name', detail: 'taken by another segment' }] },
    );
  }
}

/** Throws `segment_name_taken`. */
export async function createSegment(store: Store, segment: NewSegment): Promise<SegmentRecord> {
  const rows = await writeNamed(segment.name, () =>
    table(store).insert(toColumns(segment)).returning('id'),
  );
  return readSegment(store, Number(rows[0]?.id));
}

/** Throws `segment_not_found`. */
export async function readSegment(store: Store, id: number): Promise<SegmentRecord> {
  const row = await guardStore(() =>
    table(store).whereRaw('id = ?::bigint', [id]).first<SegmentRecord | undefined>(COLUMNS),
  );
  if (row === undefined) throw notFound(id);
  return row;
}

/**
 * Changes what `changes` names. With `expectedVersion` (from an ETag) throws
 * `precondition_failed` when somebody else was faster.
 */
export async function updateSegment(
  store: Store,
  id: number,
  changes: Partial<NewSegment>,
  expectedVersion: number | null = null,
): Promise<SegmentRecord> {
  const count = await writeNamed(changes.name, () => {
    const update = table(store)
      .whereRaw('id = ?::bigint', [id])
      .update({
        ...toColumns(changes),
        version: store.knex.raw('version + 1'),
        updated_at: store.knex.raw('clock_timestamp()'),
      });
    return expectedVersion === null ? update : update.where({ version: expectedVersion });
  });
  const segment = await readSegment(store, id);
  if (count === 0) throw changed(segment, expectedVersion);
  return segment;
}

function changed(segment: SegmentRecord, expected: number | null): AppError {
  return new AppError(
    'precondition_failed',
    `Segment ${segment.id} is at version ${segment.version}, not ${expected ?? '?'}. Read it again and repeat the change.`,
  );
}

/**
 * Deletes a segment with its runs and their predictions. Throws `segment_busy` while a run of it
 * is active, `precondition_failed` as `updateSegment` does.
 */
export function deleteSegment(
  store: Store,
  id: number,
  expectedVersion: number | null = null,
): Promise<void> {
  return inTransaction(store, async (client) => {
    // Submitting a run holds a key share of this row, so none can slip in behind the check.
    const { rows } = await client.query<SegmentRecord>(
      'SELECT id, version FROM segcast.segments WHERE id = $1::bigint FOR UPDATE',
      [id],
    );
    const segment = rows[0];
    if (segment === undefined) throw notFound(id);
    if (expectedVersion !== null && segment.version !== expectedVersion) {
      throw changed(segment, expectedVersion);
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
    await client.query(`DELETE FROM segcast.runs WHERE id IN (${ofSegment})`, [id]);
    await client.query('DELETE FROM segcast.segments WHERE id = $1', [id]);
  });
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
        .select<SegmentRecord[]>(COLUMNS),
      matching(store, filter).count<{ count: number }[]>({ count: '*' }),
    ]),
  );
  const results = rows.slice(0, limit);
  const last = rows.length > limit ? results.at(-1) : undefined;
  return {
    count: counted[0]?.count ?? 0,
    results,
    next_cursor: last === undefined ? null : encodeCursor([last.id]),
  };
}

function matching(store: Store, { search, isActive }: SegmentFilter): Knex.QueryBuilder {
  const query = table(store);
  if (isActive !== undefined) query.where({ is_active: isActive });
  if (search === undefined) return query;
  return query.whereRaw('strpos(lower(name || chr(10) || description), lower(?)) > 0', [search]);
}

/** Every active segment, by id. */
export function listActiveSegments(store: Store): Promise<SegmentRecord[]> {
  return guardStore(() =>
    table(store).where({ is_active: true }).orderBy('id').select<SegmentRecord[]>(COLUMNS),
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
  if (row === undefined) throw notFound(id);
  return row;
}
