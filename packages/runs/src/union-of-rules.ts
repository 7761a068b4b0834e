import type { Rule } from '@segcast/rules';

/** Who satisfies any of the rules. */
export function unionOf(rules: readonly Rule[]): Rule {
  return rules.some(isEverybody) ? EVERYBODY : { kind: 'or', rules };
}

/**
 * Which rows to read for many rules: their union while the database tests it for less than a row
 * costs that is read in vain, else everybody.
 */
export function readCondition(rules: readonly Rule[]): Rule {
  const tests = rules.reduce((sum, rule) => sum + testsOf(rule), 0);
  return tests > MOST_TESTS ? EVERYBODY : unionOf(rules);
}

const EVERYBODY: Rule = { kind: 'constant', value: true };
const MOST_TESTS = 32;

function isEverybody(rule: Rule): boolean {
  return rule.kind === 'constant'
    ? rule.value
    : rule.kind === 'and' && rule.rules.every(isEverybody);
}

function testsOf(rule: Rule): number {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return rule.rules.reduce((sum, each) => sum + testsOf(each), 0);
    case 'not':
      return testsOf(rule.rule);
    default:
      return 1;
  }
}
