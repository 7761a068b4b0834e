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
  /** Members per range, or of those read, at most and about. */
  shardSize: number;
}

export interface RangePlan {
  /** A partition of all ids: in their order, the first and the last unbounded. */
  ranges: KeyRange[];
  /** The planner's estimate of the members. */
  estimate: number;
}

/** The share of what is left that a range takes, and how much smaller the last ones become. */
const TAPER = 4;
/** A shard costs some 10 ms of processor time beside its members, as much as 5,000 of them. */
const WORTH_A_SHARD = 10_000;

/**
 * Splits the key space into ranges of about `shardSize` members, and of fewer towards the end, as
 * well as the statistics of customer_id allow, else by counting along its index, else not at all.
 * Sizes are in customers, not in members: a rule that favours some ids costs balance, never
 * correctness.
 */
export async function planRanges(
  warehouse: Warehouse,
  { condition, read = condition, shardSize }: RangePlanOptions,
): Promise<RangePlan> {
  const relation = await warehouse.relation();
  const id = requireId(relation);
  const estimate = await estimateMembers(warehouse, relation, condition);
  const rows = read === condition ? estimate : await estimateMembers(warehouse, relation, read);
  const cuts = shareCuts(rows, shardSize);
  if (cuts.length === 0) return { ranges: toRanges([]), estimate };
  const bounds = await histogramBounds(warehouse, relation, id);
  const fine = bounds.length > rows / shardSize;
  const walked = fine ? null : await walkIndex(warehouse, relation, cuts);
  return { ranges: toRanges(walked ?? boundsAt(bounds, cuts)), estimate };
}

/**
 * Where to cut, as shares of the customers, rising. A range is a quarter of what is left, so that
 * none is large when others have nothing left to do ("guided self-scheduling", Polychronopoulos &
 * Kuck 1987), but neither more than `shardSize`, nor less than is worth a shard.
 */
function shareCuts(rows: number, shardSize: number): number[] {
  const least = Math.min(shardSize, Math.max(shardSize / TAPER, WORTH_A_SHARD));
  const ends: number[] = [];
  let end = 0;
  while (end < rows) {
    end += Math.max(least, Math.min(shardSize, (rows - end) / TAPER));
    ends.push(end);
  }
  // The last one may reach beyond the rows: all are a little smaller instead.
  return ends.slice(0, -1).map((each) => each / end);
}

/** The ranges between boundaries, which must be strictly increasing in the id's own order. */
function toRanges(boundaries: readonly string[]): KeyRange[] {
  const ends = [null, ...boundaries, null];
  return ends.slice(1).map((hi, i) => ({ lo: ends[i] ?? null, hi }));
}

/** Those of the bounds next to the cuts, without the first and the last, each once. */
function boundsAt(bounds: readonly string[], cuts: readonly number[]): string[] {
  const last = bounds.length - 1;
  const places = new Set(cuts.map((cut) => Math.round(cut * last)));
  return [...places].filter((place) => place > 0 && place < last).map((place) => bounds[place]!);
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
  cuts: readonly number[],
): Promise<string[] | null> {
  const action = `divide ${relation.label} into ranges`;
  try {
    const [row] = await warehouse.query(action, `SELECT count(*)::text FROM ${relation.sql}`);
    const positions = cuts.map((cut) => Math.round(cut * Number(row?.[0])));
    const rows = await warehouse.query(
      action,
      `SELECT boundary::text
         FROM (SELECT DISTINCT ${ID_SQL} AS boundary
                 FROM (SELECT ${ID_SQL}, row_number() OVER (ORDER BY ${ID_SQL}) - 1 AS position
                         FROM ${relation.sql} WHERE ${ID_SQL} IS NOT NULL) AS keys
                WHERE position > 0 AND position = ANY($1::int8[])) AS boundaries
        ORDER BY boundaries.boundary`,
      [positions],
    );
    return rows.map(([bound]) => bound!);
  } catch (error) {
    if (error instanceof AppError && error.code === 'warehouse_timeout') return null;
    throw error;
  }
}
