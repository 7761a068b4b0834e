import { AppError } from '@segcast/contracts';
import { ID_SQL, requireId } from './customer-id.ts';
import { estimateMembers } from './estimate-members.ts';
import type { KeyRange } from './member-batch.ts';
import type { Relation, RelationColumn } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

export interface RangePlanOptions {
  /** SQL condition made by `toSqlCondition`. */
  condition: string;
  /** Whom a read of all ranges reads, where that is more. */
  read?: string;
  /** Members per range, or of those read, about. */
  shardSize: number;
}

export interface RangePlan {
  /** A partition of all ids: in their order, the first and the last unbounded. */
  ranges: KeyRange[];
  /** The planner's estimate of the members. */
  estimate: number;
}

/**
 * Splits the key space into ranges of about `shardSize` members, as evenly as the statistics of
 * customer_id allow, else by counting along its index, else not at all. Ranges are equal in
 * customers, not in members: a rule that favours some ids costs balance, never correctness.
 */
export async function planRanges(
  warehouse: Warehouse,
  { condition, read = condition, shardSize }: RangePlanOptions,
): Promise<RangePlan> {
  const relation = await warehouse.relation();
  const id = requireId(relation);
  const estimate = await estimateMembers(warehouse, relation, condition);
  const rows = read === condition ? estimate : await estimateMembers(warehouse, relation, read);
  const wanted = Math.ceil(rows / shardSize);
  if (wanted <= 1) return { ranges: toRanges([]), estimate };
  const bounds = await histogramBounds(warehouse, relation, id);
  const fine = bounds.length > wanted;
  const walked = fine ? null : await walkIndex(warehouse, relation, wanted);
  return { ranges: toRanges(walked ?? pickEvenly(bounds, wanted)), estimate };
}

/** The ranges between boundaries, which must be strictly increasing in the id's own order. */
function toRanges(boundaries: readonly string[]): KeyRange[] {
  const ends = [null, ...boundaries, null];
  return ends.slice(1).map((hi, i) => ({ lo: ends[i] ?? null, hi }));
}

/** `count - 1` of the bounds at even distances, without the first and the last. */
function pickEvenly(bounds: readonly string[], count: number): string[] {
  const inner = Math.min(count, bounds.length - 1) - 1;
  return Array.from({ length: Math.max(0, inner) }, (_, i) => {
    return bounds[Math.round(((i + 1) * (bounds.length - 1)) / (inner + 1))]!;
  });
}

/**
 * The id's histogram, in its own order and without repetitions; empty where nothing was analysed.
 * (ORDER BY has a qualified name, since a bare one would mean the text that is selected.)
 */
async function histogramBounds(
  warehouse: Warehouse,
  relation: Relation,
  id: RelationColumn,
): Promise<string[]> {
  const collate = id.collation === null ? '' : ` COLLATE ${id.collation}`;
  const rows = await warehouse.query(
    `read the statistics of ${relation.label}`,
    `SELECT bound::text
       FROM (SELECT DISTINCT unnest(histogram_bounds::text::${id.sqlType}[])${collate} AS bound
               FROM (SELECT histogram_bounds FROM pg_catalog.pg_stats
                      WHERE schemaname = $1 AND tablename = $2 AND attname = 'customer_id'
                      ORDER BY inherited DESC LIMIT 1) AS statistics) AS bounds
      ORDER BY bounds.bound`,
    [relation.schema, relation.name],
  );
  return rows.map(([bound]) => bound!);
}

/**
 * Boundaries by counting all ids in their order, a tenth of a second per million along an index;
 * null when it takes longer than a statement may.
 */
async function walkIndex(
  warehouse: Warehouse,
  relation: Relation,
  count: number,
): Promise<string[] | null> {
  const action = `divide ${relation.label} into ranges`;
  try {
    const [row] = await warehouse.query(action, `SELECT count(*)::text FROM ${relation.sql}`);
    const step = Math.ceil(Number(row?.[0]) / count);
    if (step < 1) return [];
    const rows = await warehouse.query(
      action,
      `SELECT boundary::text
         FROM (SELECT DISTINCT ${ID_SQL} AS boundary
                 FROM (SELECT ${ID_SQL}, row_number() OVER (ORDER BY ${ID_SQL}) - 1 AS position
                         FROM ${relation.sql} WHERE ${ID_SQL} IS NOT NULL) AS keys
                WHERE position > 0 AND position % $1 = 0) AS boundaries
        ORDER BY boundaries.boundary`,
      [step],
    );
    return rows.map(([bound]) => bound!);
  } catch (error) {
    if (error instanceof AppError && error.code === 'warehouse_timeout') return null;
    throw error;
  }
}
