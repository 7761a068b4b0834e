import { sqlOperator } from './compare-number-sql.ts';
import type { RuleColumn } from './rule-columns.ts';
import { type Comparator, familyOf } from './rule.ts';
import {
  asDouble,
  asText,
  asUtcTimestamp,
  identifierOf,
  isNumberSql,
  knownSql,
} from './sql-columns.ts';

/** A condition that holds where two columns of one family compare so; two nulls are equal. */
export function compareColumnsSql(
  operator: Comparator,
  left: RuleColumn,
  right: RuleColumn,
): string {
  const [a, b] = sidesOf(left, right);
  const compared = knownSql(
    [left, right],
    [`${a} ${sqlOperator(operator)} ${b}`, ...isNumberSql(left), ...isNumberSql(right)],
  );
  if (operator !== '==') return compared;
  const bothNull = `(${identifierOf(left)} IS NULL AND ${identifierOf(right)} IS NULL)`;
  return `(${compared} OR ${bothNull})`;
}

function sidesOf(left: RuleColumn, right: RuleColumn): [string, string] {
  switch (familyOf(left)) {
    case 'number':
      return [asDouble(left), asDouble(right)];
    case 'text':
      return [asText(left), asText(right)];
    case 'time':
      return [asUtcTimestamp(left), asUtcTimestamp(right)];
    case 'boolean':
      return [identifierOf(left), identifierOf(right)];
  }
}
