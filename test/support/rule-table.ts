import type { Features } from '@segcast/contracts';
import type { RuleColumn, RuleColumns } from '@segcast/rules';
import fc from 'fast-check';
import pg from 'pg';

import { SQL_VALUES } from './rule-values.ts';

type Column = RuleColumn & { declared: string };

/** Columns of every type, under names that a careless quoting would break on. */
const COLUMNS: readonly Column[] = [
  { name: 'small', type: 'number', sqlType: 'int2', declared: 'int2' },
  { name: 'days', type: 'number', sqlType: 'int4', declared: 'int4' },
  { name: 'sp ace', type: 'number', sqlType: 'int8', declared: 'int8' },
  { name: 'Größe', type: 'number', sqlType: 'float4', declared: 'float4' },
  { name: 'select', type: 'number', sqlType: 'float8', declared: 'float8' },
  { name: 'quo"te', type: 'number', sqlType: 'numeric', declared: 'numeric' },
  { name: '__proto__', type: 'number', sqlType: 'numeric', declared: 'numeric' },
  { name: 'price', type: 'number', sqlType: 'numeric', declared: 'numeric(12,2)', precision: 12 },
  { name: 'wide', type: 'number', sqlType: 'numeric', declared: 'numeric(30,25)', precision: 30 },
  { name: "it's", type: 'string', sqlType: 'text', declared: 'text' },
  { name: 'back\\slash', type: 'string', sqlType: 'varchar', declared: 'varchar' },
  { name: '"; DROP TABLE x; --', type: 'string', sqlType: 'bpchar', declared: 'char(4)' },
  { name: 'any case', type: 'string', sqlType: 'text', declared: 'text COLLATE any_case' },
  { name: 'constructor', type: 'string', sqlType: 'uuid', declared: 'uuid' },
  { name: 'a/b~c', type: 'boolean', sqlType: 'bool', declared: 'bool' },
  { name: '$1', type: 'boolean', sqlType: 'bool', declared: 'bool' },
  { name: 'born', type: 'date', sqlType: 'date', declared: 'date' },
  { name: 'toString', type: 'date', sqlType: 'date', declared: 'date' },
  { name: 'local', type: 'datetime', sqlType: 'timestamp', declared: 'timestamp' },
  { name: 'seen', type: 'datetime', sqlType: 'timestamptz', declared: 'timestamptz' },
  { name: 'seen 2', type: 'datetime', sqlType: 'timestamptz', declared: 'timestamptz' },
];

export const RULE_COLUMNS: RuleColumns = new Map(COLUMNS.map((column) => [column.name, column]));

export async function createRuleTable(client: pg.ClientBase): Promise<void> {
  const declared = COLUMNS.map(({ name, declared }) => `${pg.escapeIdentifier(name)} ${declared}`);
  await client.query(`
    CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE UNLOGGED TABLE rule_rows (row_number int, ${declared.join(', ')})`);
}

/** A row as texts that PostgreSQL reads, in the order of the columns. */
export type SqlRow = (string | null)[];

/** Random rows; a quarter of the values is null. */
export const sqlRow: fc.Arbitrary<SqlRow> = fc.tuple(
  ...COLUMNS.map(({ sqlType, declared }) => {
    return fc.option(SQL_VALUES[declared] ?? SQL_VALUES[sqlType]!, { freq: 3 });
  }),
);

/** Replaces the table's rows and reads them back as the features of customers. */
export async function writeRows(client: pg.ClientBase, rows: SqlRow[]): Promise<Features[]> {
  await client.query('TRUNCATE rule_rows');
  const values = rows.map((row, i) => {
    const cells = row.map((cell, j) => {
      return cell === null ? 'NULL' : `${pg.escapeLiteral(cell)}::${castOf(COLUMNS[j]!)}`;
    });
    return `(${[i, ...cells].join(', ')})`;
  });
  await client.query(`INSERT INTO rule_rows VALUES ${values.join(', ')}`);
  const texts = COLUMNS.map(({ name }) => `${pg.escapeIdentifier(name)}::text`);
  const { rows: read } = await client.query<SqlRow>({
    text: `SELECT ${texts.join(', ')} FROM rule_rows ORDER BY row_number`,
    rowMode: 'array',
  });
  return read.map((row) =>
    Object.fromEntries(
      COLUMNS.map((column, i) => [column.name, featureOf(column, row[i] ?? null)]),
    ),
  );
}

function castOf({ declared }: Column): string {
  return declared.replace(/ COLLATE .*/, '');
}

function featureOf({ type }: RuleColumn, text: string | null): Features[string] {
  if (text === null || type === 'string') return text;
  if (type === 'number') return Number(text);
  return type === 'boolean' ? text === 'true' : isoTime(text);
}

/** PostgreSQL's time in UTC, under DateStyle ISO, as ISO 8601 with signed years outside 0000 to 9999. */
function isoTime(text: string): string {
  const match = /^(\d+)(-\d\d-\d\d)(?: ([\d:.]+)(?:\+00)?)?( BC)?$/.exec(text);
  if (!match) return text;
  const [, digits, monthAndDay, time, before] = match;
  const year = before === undefined ? Number(digits) : 1 - Number(digits);
  const sign = year < 0 ? '-' : '+';
  const isPlain = year >= 0 && year <= 9999;
  const yearText = isPlain
    ? String(year).padStart(4, '0')
    : sign + String(Math.abs(year)).padStart(6, '0');
  return `${yearText}${monthAndDay}${time === undefined ? '' : `T${time}Z`}`;
}

/** What each condition says of each row, in the rows' order; null where it says neither. */
export async function evaluate(
  client: pg.ClientBase,
  conditions: string[],
): Promise<(boolean | null)[][]> {
  const { rows } = await client.query<{ verdicts: (boolean | null)[] }>(
    `SELECT ARRAY[${conditions.join(', ')}]::bool[] AS verdicts FROM rule_rows ORDER BY row_number`,
  );
  return rows.map(({ verdicts }) => verdicts);
}
