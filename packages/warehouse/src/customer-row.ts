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

/** The numbers and booleans (0 and 1) of a row, as a stream would bring them. */
export interface RowNumbers {
  columns: readonly string[];
  values: Float64Array;
  /** 1 where the value is null; it is NaN then. */
  nulls: Uint8Array;
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

/** Names and types of columns: cells may be read by others only if these are equal. */
export function layoutOf(columns: readonly FeatureColumn[]): string {
  return columns.map(({ name, sqlType }) => `${name} ${sqlType}`).join();
}

/** The row as clients see it. */
export function rowFeatures({ columns, cells }: CustomerRow): Features {
  return toFeatures(columns, cells);
}

/** The row as scorers want it: the very doubles that `streamMembers` decodes. */
export function rowNumbers({ columns, cells }: CustomerRow): RowNumbers {
  const numeric = columns.flatMap((column, i) =>
    column.type === 'number' || column.type === 'boolean'
      ? [{ column, cell: cells[i] ?? null }]
      : [],
  );
  return {
    columns: numeric.map(({ column }) => column.name),
    values: Float64Array.from(numeric, ({ column, cell }) => toNumber(column, cell)),
    nulls: Uint8Array.from(numeric, ({ cell }) => (cell === null ? 1 : 0)),
  };
}

function toNumber({ type, sqlType }: FeatureColumn, cell: Cell): number {
  if (cell === null) return NaN;
  if (type === 'boolean') return cell === 'true' ? 1 : 0;
  // The text of a float4 is its shortest decimal, not the float itself.
  return sqlType === 'float4' ? Math.fround(Number(cell)) : Number(cell);
}
