import type { Rows } from '../data/split.ts';

/** The values of some rows, in their order. */
export function valuesOf(values: Float64Array, rows: Rows): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
