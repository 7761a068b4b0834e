import { canonicalId, ID_SQL, requireId } from './customer-id.ts';
import { sqlLiteral } from './sql-literal.ts';
import type { Warehouse } from './warehouse.ts';

/** The canonical text of each id that a customer can have, by the id as it was written. */
export async function canonicalIds(
  warehouse: Warehouse,
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const column = requireId(await warehouse.relation());
  const canonical = new Map<string, string>();
  for (const id of ids) {
    const text = canonicalId(id, column);
    if (text !== null) canonical.set(id, text);
  }
  return canonical;
}

/** The SQL condition that a customer is one of these, whose ids are canonical. */
export async function customersCondition(
  warehouse: Warehouse,
  ids: readonly string[],
): Promise<string> {
  const { sqlType } = requireId(await warehouse.relation());
  if (ids.length === 0) return 'false';
  return `${ID_SQL} = ANY (ARRAY[${ids.map(sqlLiteral).join(', ')}]::${sqlType}[])`;
}
