import type { Rows } from '../data/split.ts';

/** The values of some rows, in their order. */
export function valuesOf(values: Float64Array, rows: Rows): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}
