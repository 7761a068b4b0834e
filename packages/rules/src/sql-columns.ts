import { escapeIdentifier, escapeLiteral } from 'pg';

import type { RuleColumn } from './rule-columns.ts';
import { OVERFLOW_BOUND, UNDERFLOW_BOUND } from './rounding-bound.ts';

export function identifierOf(column: RuleColumn): string {
  return escapeIdentifier(column.name);
}

/** A text constant; parsing has refused what PostgreSQL could not hold. */
export function textLiteral(text: string): string {
  return escapeLiteral(text).trimStart();
}

/** A text column in the order of code points; uuid, char(n) and the like become text first. */
export function asText(column: RuleColumn): string {
  const isText = column.sqlType === 'text' || column.sqlType === 'varchar';
  return `${identifierOf(column)}${isText ? '' : '::text'} COLLATE "C"`;
}

/**
 * A number column as a double. The cast of a numeric raises an error where the double would be
 * infinite or zero though the numeric is not, so those are told apart first.
 */
export function asDouble(column: RuleColumn): string {
  const name = identifierOf(column);
  if (column.sqlType === 'float8') return name;
  if (column.sqlType !== 'numeric' || hasDoublePrecision(column)) return `${name}::float8`;
  return (
    `CASE WHEN abs(${name}) <= ${UNDERFLOW_BOUND} THEN 0 ` +
    `WHEN ${name} > ${OVERFLOW_BOUND} THEN 'Infinity'::float8 ` +
    `WHEN ${name} < -${OVERFLOW_BOUND} THEN '-Infinity'::float8 ELSE ${name}::float8 END`
  );
}

/**
 * Whether no two values of a numeric column are the same double: true up to 15 digits (DBL_DIG),
 * and then decimals compare as their doubles do.
 */
export function hasDoublePrecision(column: RuleColumn): boolean {
  return column.precision !== undefined && column.precision <= 15;
}

/** PostgreSQL's NaN equals itself and is the greatest number: below it are all others. */
export function isNumberSql(column: RuleColumn): string[] {
  const mayBeNan = ['float4', 'float8', 'numeric'].includes(column.sqlType);
  return mayBeNan ? [`${identifierOf(column)} < 'NaN'`] : [];
}

/** A time column as a timestamp in UTC, whatever the session's time zone. */
export function asUtcTimestamp(column: RuleColumn): string {
  const name = identifierOf(column);
  return column.sqlType === 'timestamptz' ? `${name} AT TIME ZONE 'UTC'` : name;
}

/** The tests, all of them, on columns that must not be null: two-valued, and open to indexes. */
export function knownSql(columns: readonly RuleColumn[], tests: readonly string[]): string {
  const names = new Set(columns.map(identifierOf));
  return `(${[...[...names].map((name) => `${name} IS NOT NULL`), ...tests].join(' AND ')})`;
}
