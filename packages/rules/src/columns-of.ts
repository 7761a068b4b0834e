import type { RuleColumn } from './rule-columns.ts';
import type { Rule } from './rule.ts';

/** The names of the columns that a rule reads, each once, in alphabetical order. */
export function columnsOf(rule: Rule): string[] {
  return [...new Set(read(rule).map((column) => column.name))].sort();
}

function read(rule: Rule): RuleColumn[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'and':
    case 'or':
      return rule.rules.flatMap(read);
    case 'not':
      return read(rule.rule);
    case 'null':
    case 'compare':
    case 'member':
      return [rule.column];
    case 'compare_columns':
      return [rule.left, rule.right];
    case 'text':
      return [rule.text, rule.part].filter((operand) => typeof operand !== 'string');
  }
}
