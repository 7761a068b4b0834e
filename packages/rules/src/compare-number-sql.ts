import type { RuleColumn } from './rule-columns.ts';
import { lowerRoundingBound, upperRoundingBound } from './rounding-bound.ts';
import type { Comparator } from './rule.ts';
import { asDouble, hasDoublePrecision, identifierOf, isNumberSql } from './sql-columns.ts';

/**
 * Tests that hold, together, where a number column that is not null compares so with a constant,
 * both taken as doubles. Columns are left bare wherever that is the same, for indexes and
 * statistics to serve.
 */
export function compareNumberSql(
  operator: Comparator,
  column: RuleColumn,
  value: number,
): string[] {
  const tests =
    column.sqlType === 'numeric' && !hasDoublePrecision(column)
      ? compareNumeric(operator, column, value)
      : [`${comparable(column, [value])} ${sqlOperator(operator)} ${value}`];
  return operator.startsWith('>') ? [...tests, ...isNumberSql(column)] : tests;
}

/** A test that holds where a number column equals one of the constants. */
export function numberInSql(column: RuleColumn, values: readonly number[]): string {
  return `${comparable(column, values)} IN (${values.join(', ')})`;
}

export function sqlOperator(operator: Comparator): string {
  return operator === '==' ? '=' : operator;
}

/**
 * The column bare where its own type compares with the constants as doubles do: always so for
 * float8 and for few digits, and for integers beside integers that a double holds exactly.
 */
function comparable(column: RuleColumn, values: readonly number[]): string {
  const isInteger = ['int2', 'int4', 'int8'].includes(column.sqlType);
  const isExact = isInteger ? values.every(Number.isSafeInteger) : hasDoublePrecision(column);
  return isExact ? identifierOf(column) : asDouble(column);
}

/**
 * A numeric of any precision, without the cost and the errors of a cast: those that round to more
 * than the constant lie above its upper rounding bound, and so on.
 */
function compareNumeric(operator: Comparator, column: RuleColumn, value: number): string[] {
  const name = identifierOf(column);
  const upper = upperRoundingBound(value);
  const lower = lowerRoundingBound(value);
  const isAbove = `${name} ${upper.roundsUp ? '>=' : '>'} ${upper.decimal}`;
  const isNotAbove = `${name} ${upper.roundsUp ? '<' : '<='} ${upper.decimal}`;
  const isNotBelow = `${name} ${lower.roundsUp ? '>=' : '>'} ${lower.decimal}`;
  const isBelow = `${name} ${lower.roundsUp ? '<' : '<='} ${lower.decimal}`;
  return {
    '>': [isAbove],
    '>=': [isNotBelow],
    '<': [isBelow],
    '<=': [isNotAbove],
    '==': [isNotBelow, isNotAbove],
  }[operator];
}
