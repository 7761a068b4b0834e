import { createHash } from 'node:crypto';
import type { Features } from '@segcast/contracts';
import { canonicalId, ID_SQL, requireId } from './customer-id.ts';
import { featureColumns, featureList, toFeatures, type FeatureColumn } from './features.ts';
import type { Cell, Warehouse } from './warehouse.ts';

/** One customer's row: a cell for each column that features have, as PostgreSQL writes it. */
export interface CustomerRow {
  customerId: string;
  columns: readonly FeatureColumn[];
  cells: readonly Cell[];
}

/** Reads one customer, or null when there is no such customer. */
export async function readCustomerRow(
  warehouse: Warehouse,
  id: string,
): Promise<CustomerRow | null> {
  const relation = await warehouse.relation();
  const idColumn = requireId(relation);
  const customerId = canonicalId(id, idColumn);
  if (customerId === null) return null;
  const columns = featureColumns(relation);
  const [cells] = await warehouse.query(
    `read a customer of ${relation.label}`,
    `SELECT ${featureList(columns)} FROM ${relation.sql} WHERE ${ID_SQL} = $1::${idColumn.sqlType} LIMIT 1`,
    [customerId],
  );
  return cells === undefined ? null : { customerId, columns, cells };
}

/**
 * A row from cells that were kept elsewhere, with the columns as they are now; null when they are
 * the cells of other columns.
 */
export async function restoreCustomerRow(
  warehouse: Warehouse,
  { customerId, layout, cells }: { customerId: string; layout: string; cells: readonly Cell[] },
): Promise<CustomerRow | null> {
  const columns = featureColumns(await warehouse.relation());
  return layoutOf(columns) === layout ? { customerId, columns, cells } : null;
}

/** A digest of the columns' names and types: where it is equal, cells mean the same. */
export function layoutOf(columns: readonly FeatureColumn[]): string {
  const described = columns.map(({ name, sqlType }) => [name, sqlType]);
  return createHash('sha256').update(JSON.stringify(described)).digest('base64url');
}

/** The row as clients see it. */
export function rowFeatures({ columns, cells }: CustomerRow): Features {
  return toFeatures(columns, cells);
}
