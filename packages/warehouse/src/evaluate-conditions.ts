import { canonicalId, ID_SQL, requireId } from './customer-id.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * Which of the conditions one customer satisfies, in their order; null when there is no such
 * customer. One statement, so that all are judged on the same row.
 */
export async function evaluateConditions(
  warehouse: Warehouse,
  id: string,
  conditions: readonly string[],
): Promise<boolean[] | null> {
  const relation = await warehouse.relation();
  const idColumn = requireId(relation);
  const customerId = canonicalId(id, idColumn);
  if (customerId === null) return null;
  // One array, since a select list has at most 1,664 columns.
  const list = conditions.map((condition) => `coalesce((${condition}), false)`).join(', ');
  const [row] = await warehouse.query(
    `find the segments of a customer of ${relation.label}`,
    `SELECT array_to_json(ARRAY[${list}]::boolean[])::text FROM ${relation.sql}
      WHERE ${ID_SQL} = $1::${idColumn.sqlType} LIMIT 1`,
    [customerId],
  );
  return row === undefined ? null : (JSON.parse(row[0] ?? '[]') as boolean[]);
}
