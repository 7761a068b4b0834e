import { columnName, type InputColumn } from '@segcast/contracts';
import pg from 'pg';
import { columnTypeOf, isStreamable } from './column-types.ts';
import type { Relation } from './relation.ts';
import { sqlLiteral } from './sql-literal.ts';

/** The SQL by which a stream brings an input: the column itself, or the index of its category. */
export function inputColumnSql(input: InputColumn): string {
  const name = pg.escapeIdentifier(columnName(input));
  if (typeof input === 'string') return name;
  const cases = input.categories.map((text, index) => `WHEN ${sqlLiteral(text)} THEN ${index}`);
  const other = input.categories.length;
  return `CASE ${name}::text ${cases.join(' ')} ELSE CASE WHEN ${name} IS NOT NULL THEN ${other} END END`;
}

/** What keeps a stream from bringing an input, or null. */
export function faultOfInput(
  { columns }: Pick<Relation, 'columns'>,
  input: InputColumn,
): string | null {
  const name = columnName(input);
  const column = columns.get(name);
  if (!column) return `it has no column ${name}`;
  const { sqlType } = column;
  if (typeof input === 'string') {
    return isStreamable(sqlType)
      ? null
      : `its column ${name} is of the type ${sqlType}, neither number nor boolean`;
  }
  return columnTypeOf(sqlType) === 'string'
    ? null
    : `its column ${name} is of the type ${sqlType}, where the model reads a text`;
}
