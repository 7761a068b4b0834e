import type { ColumnType } from '@segcast/contracts';

/** The types Segcast understands, by PostgreSQL's `pg_type.typname`. */
const COLUMN_TYPES: Readonly<Record<string, ColumnType>> = {
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  numeric: 'number',
  bool: 'boolean',
  text: 'string',
  varchar: 'string',
  bpchar: 'string',
  uuid: 'string',
  date: 'date',
  timestamp: 'datetime',
  timestamptz: 'datetime',
};

/** The type of a column for rules and clients, or null where there is none (json, arrays, bytea …). */
export function columnTypeOf(sqlType: string): ColumnType | null {
  return COLUMN_TYPES[sqlType] ?? null;
}

/** Whether a stream can bring the column: numbers and booleans. */
export function isStreamable(sqlType: string): boolean {
  const type = columnTypeOf(sqlType);
  return type === 'number' || type === 'boolean';
}
