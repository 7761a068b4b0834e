import { compareNumberSql, numberInSql, sqlOperator } from './compare-number-sql.ts';
import { compareTimeSql, timeInSql } from './compare-time-sql.ts';
import type { RuleColumn } from './rule-columns.ts';
import type { Comparator, Literal } from './rule.ts';
import { asText, identifierOf, knownSql, textLiteral } from './sql-columns.ts';

/** A condition that holds where the column compares so with the constant. */
export function compareLiteralSql(
  operator: Comparator,
  column: RuleColumn,
  literal: Literal,
): string {
  if (literal.family === 'boolean' && operator === '==') {
    return `(${identifierOf(column)} IS ${booleanLiteral(literal.value)})`;
  }
  return knownSql([column], testsOf(operator, column, literal));
}

function testsOf(operator: Comparator, column: RuleColumn, literal: Literal): string[] {
  switch (literal.family) {
    case 'number':
      return compareNumberSql(operator, column, literal.value);
    case 'time':
      return [compareTimeSql(operator, column, literal.value)];
    case 'text':
      return [`${asText(column)} ${sqlOperator(operator)} ${textLiteral(literal.value)}`];
    case 'boolean':
      return [`${identifierOf(column)} ${sqlOperator(operator)} ${booleanLiteral(literal.value)}`];
  }
}

/** A condition that holds where the column equals one of the constants, which are of its family. */
export function memberSql(column: RuleColumn, literals: readonly Literal[]): string {
  const numbers = literals.flatMap((each) => (each.family === 'number' ? [each.value] : []));
  if (numbers.length > 0) return knownSql([column], [numberInSql(column, numbers)]);
  const instants = literals.flatMap((each) => (each.family === 'time' ? [each.value] : []));
  if (instants.length > 0) return knownSql([column], [timeInSql(column, instants)]);
  const texts = literals.flatMap((each) => (each.family === 'text' ? [each.value] : []));
  if (texts.length > 0) {
    return knownSql([column], [`${asText(column)} IN (${texts.map(textLiteral).join(', ')})`]);
  }
  const booleans = literals.flatMap((each) => (each.family === 'boolean' ? [each.value] : []));
  const list = booleans.map(booleanLiteral).join(', ');
  return knownSql([column], [`${identifierOf(column)} IN (${list})`]);
}

function booleanLiteral(value: boolean): string {
  return value ? 'TRUE' : 'FALSE';
}
