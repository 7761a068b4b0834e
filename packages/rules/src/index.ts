export { columnsOf } from './columns-of.ts';
export { hashRule } from './hash-rule.ts';
export { parseRule, type ParseRuleOptions } from './parse-rule.ts';
export type { RuleColumn, RuleColumns } from './rule-columns.ts';
export type { Rule } from './rule.ts';
export { type Predicate, toPredicate } from './to-predicate.ts';
export { toSqlCondition } from './to-sql-condition.ts';
