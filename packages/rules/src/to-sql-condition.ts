import { compareColumnsSql } from './compare-columns-sql.ts';
import { compareLiteralSql, memberSql } from './compare-literal-sql.ts';
import type { Rule } from './rule.ts';
import { identifierOf } from './sql-columns.ts';
import { textTestSql } from './text-test-sql.ts';

/**
 * The rule as a condition of PostgreSQL's SQL over the bare names of its columns, complete in
 * itself. It is true or false of every row, never null, raises no error on any value, and means the
 * same under every session setting and collation. The database's encoding must be UTF-8 for texts
 * to be ordered by code point.
 *
 * @example
 * toSqlCondition(rule); // ("total_revenue" IS NOT NULL AND "total_revenue" > 1000)
 */
export function toSqlCondition(rule: Rule): string {
  switch (rule.kind) {
    case 'constant':
      return rule.value ? 'TRUE' : 'FALSE';
    case 'and':
      return joined(rule.rules, ' AND ', 'TRUE');
    case 'or':
      return joined(rule.rules, ' OR ', 'FALSE');
    case 'not':
      return `(NOT ${toSqlCondition(rule.rule)})`;
    case 'null':
      return `(${identifierOf(rule.column)} IS NULL)`;
    case 'compare':
      return compareLiteralSql(rule.operator, rule.column, rule.literal);
    case 'compare_columns':
      return compareColumnsSql(rule.operator, rule.left, rule.right);
    case 'member':
      return memberSql(rule.column, rule.literals);
    case 'text':
      return textTestSql(rule.test, rule.text, rule.part);
  }
}

function joined(rules: readonly Rule[], operator: string, empty: string): string {
  if (rules.length === 0) return empty;
  return `(${rules.map(toSqlCondition).join(operator)})`;
}
