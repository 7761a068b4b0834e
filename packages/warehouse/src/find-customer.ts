import type { Features } from '@segcast/contracts';
import { ID_SQL, isIdText, requireId } from './customer-id.ts';
import { featureColumns, featureList, toFeatures } from './features.ts';
import type { Warehouse } from './warehouse.ts';

/** One customer's features, or null when there is no such customer. */
export async function findCustomer(warehouse: Warehouse, id: string): Promise<Features | null> {
  const relation = await warehouse.relation();
  const idColumn = requireId(relation);
  if (!isIdText(id, idColumn)) return null;
  const columns = featureColumns(relation);
  const [row] = await warehouse.query(
    `read a customer of ${relation.label}`,
    `SELECT ${featureList(columns)} FROM ${relation.sql} WHERE ${ID_SQL} = $1::${idColumn.sqlType} LIMIT 1`,
    [id],
  );
  return row ? toFeatures(columns, row) : null;
}
