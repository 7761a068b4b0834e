import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

/** The planner's estimate of the members, by PostgreSQL's statistics and without reading them. */
export async function estimateMembers(
  warehouse: Warehouse,
  relation: Relation,
  condition: string,
): Promise<number> {
  const [row] = await warehouse.query<[Explained]>(
    `estimate the members of ${relation.label}`,
    `EXPLAIN (FORMAT JSON) SELECT FROM ${relation.sql} WHERE (${condition})`,
  );
  return row![0][0].Plan['Plan Rows'];
}

/** Of EXPLAIN's answer, what is used here; pg has parsed the JSON. */
type Explained = [{ Plan: { 'Plan Rows': number } }];
