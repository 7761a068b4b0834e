import { sqlOperator } from './compare-number-sql.ts';
import { formatIsoTime, MICROS_PER_DAY, modulo } from './iso-time.ts';
import type { RuleColumn } from './rule-columns.ts';
import type { Comparator } from './rule.ts';
import { identifierOf } from './sql-columns.ts';

/**
 * A test that holds where a time column that is not null compares so with an instant, whatever the
 * session's time zone: a date is the midnight that it begins with, and that and timestamps without
 * a zone are in UTC.
 */
export function compareTimeSql(operator: Comparator, column: RuleColumn, micros: bigint): string {
  const name = identifierOf(column);
  if (column.sqlType !== 'date') {
    return `${name} ${sqlOperator(operator)} ${timestampLiteral(column, micros)}`;
  }
  const isMidnight = modulo(micros, MICROS_PER_DAY) === 0n;
  if (isMidnight) return `${name} ${sqlOperator(operator)} ${dateLiteral(micros)}`;
  // The instant lies within a day: the days up to that one are before it, all others after.
  if (operator === '==') return 'FALSE';
  return `${name} ${operator.startsWith('<') ? '<=' : '>'} ${dateLiteral(micros)}`;
}

/** A test that holds where a time column is one of the instants. */
export function timeInSql(column: RuleColumn, instants: readonly bigint[]): string {
  if (column.sqlType !== 'date') {
    const literals = instants.map((micros) => timestampLiteral(column, micros));
    return `${identifierOf(column)} IN (${literals.join(', ')})`;
  }
  const days = instants.filter((micros) => modulo(micros, MICROS_PER_DAY) === 0n);
  return days.length === 0
    ? 'FALSE'
    : `${identifierOf(column)} IN (${days.map(dateLiteral).join(', ')})`;
}

function timestampLiteral(column: RuleColumn, micros: bigint): string {
  const zone = column.sqlType === 'timestamptz' ? 'Z' : '';
  return `'${formatIsoTime(micros)}${zone}'::${column.sqlType}`;
}

function dateLiteral(micros: bigint): string {
  return `'${formatIsoTime(micros).slice(0, 'YYYY-MM-DD'.length)}'::date`;
}
