import { AppError, columnName, type InputColumn } from '@segcast/contracts';
import type { CustomerRow } from './customer-row.ts';
import type { FeatureColumn } from './features.ts';
import { faultOfInput } from './input-column.ts';
import type { Cell } from './warehouse.ts';

/** A batch of one customer, as scorers take it. */
export interface RowInputs {
  size: 1;
  /** One per input asked for, in that order. A null is NaN, with its mask set. */
  columns: Float64Array[];
  nulls: Uint8Array[];
}

/**
 * What a model reads of a row: the very doubles that `streamMembers` brings for these inputs.
 * @throws AppError warehouse_invalid when the row lacks a column or has one of another type
 */
export function rowInputs(
  { columns, cells }: CustomerRow,
  inputs: readonly InputColumn[],
): RowInputs {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const faults = inputs.flatMap((input) => faultOfInput({ columns: byName }, input) ?? []);
  if (faults.length > 0) {
    const detail = `The warehouse's relation cannot be read: ${faults.join('; ')}.`;
    throw new AppError('warehouse_invalid', detail);
  }
  const values = inputs.map((input) => {
    const column = byName.get(columnName(input))!;
    return toInput(input, column, cells[columns.indexOf(column)] ?? null);
  });
  return {
    size: 1,
    columns: values.map((value) => Float64Array.of(value ?? NaN)),
    nulls: values.map((value) => Uint8Array.of(value === null ? 1 : 0)),
  };
}

function toInput(input: InputColumn, column: FeatureColumn, cell: Cell): number | null {
  if (cell === null) return null;
  if (typeof input !== 'string') {
    const category = input.categories.indexOf(cell);
    return category === -1 ? input.categories.length : category;
  }
  if (column.type === 'boolean') return cell === 'true' ? 1 : 0;
  // The text of a float4 is its shortest decimal, not the float itself.
  return column.sqlType === 'float4' ? Math.fround(Number(cell)) : Number(cell);
}
