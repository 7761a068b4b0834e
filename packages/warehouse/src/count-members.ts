import type { Warehouse } from './warehouse.ts';

/** How many customers satisfy a condition made by `toSqlCondition`. */
export async function countMembers(warehouse: Warehouse, condition: string): Promise<number> {
  const relation = await warehouse.relation();
  const [row] = await warehouse.query(
    `count the members of ${relation.label}`,
    `SELECT count(*)::text FROM ${relation.sql} WHERE (${condition})`,
  );
  return Number(row?.[0]);
}
