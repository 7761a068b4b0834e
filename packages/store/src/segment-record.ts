import { AppError, type ChurnThresholds } from '@segcast/contracts';
import type { Store } from './open-store.ts';

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

/** The columns of a `SegmentRecord` by its fields. */
export const SEGMENT_COLUMNS = {
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

/** The same as SQL, for what selects or returns them by itself. */
export const SEGMENT_SQL = Object.entries(SEGMENT_COLUMNS)
  .map(([field, column]) => `${column} AS "${field}"`)
  .join(', ');

/** A query of the segments. */
export function segmentTable(store: Store) {
  return store.knex<Record<string, unknown>>('segcast.segments');
}

export function segmentNotFound(id: number): AppError {
  return new AppError('segment_not_found', `There is no segment ${id}.`);
}

/** A write that expected other versions than the one it found. */
export function segmentChanged(
  segment: Pick<SegmentRecord, 'id' | 'version'>,
  expected: readonly number[],
): AppError {
  const wanted =
    expected.length === 0 ? 'of another version' : `at version ${expected.join(' or ')}`;
  return new AppError(
    'precondition_failed',
    `Segment ${segment.id} is at version ${segment.version} and was expected ${wanted}. Read it again and repeat the change.`,
  );
}
