import { AppError, type Features } from '@segcast/contracts';

import { MICROS_PER_DAY, parseIsoTime } from './iso-time.ts';
import type { RuleColumn } from './rule-columns.ts';
import { familyOf, type Literal } from './rule.ts';

/** A column's value as rules compare it, or null. */
export type ReadValue = (row: Features) => Literal['value'] | null;

type Cell = NonNullable<Features[string]>;
type Convert = (cell: Cell) => Literal['value'] | undefined;

/**
 * Reads one column of a customer's features; one that the features lack is null.
 *
 * - a number is a double, NaN and infinities included, or the text that PostgreSQL writes for it;
 *   that of a `float4` is rounded to its 24 bits, which its decimals may have been cut to
 * - a text is as it is, save that the blanks that pad a `char(n)` do not count
 * - a time is ISO 8601, in UTC where it has no offset, or `infinity` or `-infinity`
 *
 * @throws AppError `internal` on reading a value of another type
 */
export function readerOf(column: RuleColumn): ReadValue {
  const convert = converterOf(column);
  return (row) => {
    const cell = Object.hasOwn(row, column.name) ? row[column.name] : null;
    if (cell === null || cell === undefined) return null;
    const value = convert(cell);
    if (value !== undefined) return value;
    const message = `The column "${column.name}" (${column.sqlType}) has the value ${JSON.stringify(cell)}, which no rule can read.`;
    throw new AppError('internal', message, { retryable: false });
  };
}

function converterOf(column: RuleColumn): Convert {
  switch (familyOf(column)) {
    case 'number':
      if (column.sqlType !== 'float4') return readNumber;
      return (cell) => {
        const value = readNumber(cell);
        return value === undefined ? undefined : Math.fround(value);
      };
    case 'text':
      if (column.sqlType !== 'bpchar') return readText;
      return (cell) => readText(cell)?.replace(/ +$/, '');
    case 'boolean':
      return (cell) => (typeof cell === 'boolean' ? cell : undefined);
    case 'time':
      return readTime;
  }
}

function readNumber(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string' || cell.trim() === '') return undefined;
  const value = Number(cell);
  return Number.isNaN(value) && cell !== 'NaN' ? undefined : value;
}

function readText(cell: Cell): string | undefined {
  return typeof cell === 'string' ? cell : undefined;
}

/** Beyond every time that PostgreSQL has, whose last year is 5,874,897. */
const INFINITY = 10_000_000n * 366n * MICROS_PER_DAY;

function readTime(cell: Cell): bigint | undefined {
  if (cell === 'infinity') return INFINITY;
  if (cell === '-infinity') return -INFINITY;
  if (typeof cell !== 'string') return undefined;
  const time = parseIsoTime(cell);
  return 'micros' in time ? time.micros : undefined;
}
