import { AppError } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import { SEGMENT_SQL, segmentChanged, segmentTable, type SegmentRecord } from './segment-record.ts';
import { readSegment } from './segments.ts';
import { guardStore, violatedConstraint } from './store-error.ts';

export type NewSegment = Pick<
  SegmentRecord,
  'name' | 'description' | 'rules' | 'isActive' | 'churnThresholds'
>;

/** Throws `segment_name_taken`. */
export async function createSegment(store: Store, segment: NewSegment): Promise<SegmentRecord> {
  const rows = await writeNamed<SegmentRecord[]>(segment.name, () =>
    segmentTable(store)
      .insert(toColumns(segment))
      .returning<SegmentRecord[]>(store.knex.raw(SEGMENT_SQL)),
  );
  return rows[0]!;
}

/**
 * Changes what `changes` names. With `versions` (from ETags) throws `precondition_failed` when the
 * segment is at none of them: somebody else was faster.
 */
export async function updateSegment(
  store: Store,
  id: number,
  changes: Partial<NewSegment>,
  versions: readonly number[] | null = null,
): Promise<SegmentRecord> {
  const rows = await writeNamed<SegmentRecord[]>(changes.name, () => {
    const update = segmentTable(store)
      .whereRaw('id = ?::bigint', [id])
      .update({
        ...toColumns(changes),
        version: store.knex.raw('version + 1'),
        updated_at: store.knex.raw('clock_timestamp()'),
      })
      .returning<SegmentRecord[]>(store.knex.raw(SEGMENT_SQL));
    return versions === null ? update : update.whereIn('version', versions);
  });
  const [updated] = rows;
  if (updated !== undefined) return updated;
  throw segmentChanged(await readSegment(store, id), versions ?? []);
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
