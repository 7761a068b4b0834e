type Column = Uint8Array | Uint32Array | Int32Array | Int16Array | Float32Array | Float64Array;

/** `column` itself while it holds `length` values, else a copy of at least twice the size. */
export function grown<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  const Type = column.constructor as new (length: number) => T;
  const larger = new Type(Math.max(length, 2 * column.length));
  larger.set(column);
  return larger;
}
