import { createHash } from 'node:crypto';

import { invalidRule, MAX_DEPTH } from './parse-context.ts';

/** An operator is an object and a list; the old form adds a list and an object around them. */
const MAX_JSON_DEPTH = 2 * MAX_DEPTH + 6;

/**
 * SHA-256 (hex) of a rule's canonical JSON: keys in order, no blanks. A list of the old form counts
 * as the `and` of its rules, whose names decide nothing, a list of one as that rule, and every way
 * to write "everyone" as true. Rules of one hash match the same customers; two rules may still mean
 * the same and differ in hash.
 *
 * @param json a rule that `parseRule` takes
 * @throws AppError `invalid_rule` when it is nested deeper than any rule may be
 */
export function hashRule(json: unknown): string {
  return createHash('sha256')
    .update(canonical(normalized(json), 0))
    .digest('hex');
}

function normalized(json: unknown): unknown {
  if (!Array.isArray(json)) return wholeOf(json);
  const rules = json.map((item: unknown) => {
    return isObject(item) && 'rule' in item ? wholeOf(item.rule) : item;
  });
  if (rules.length === 0) return true;
  return rules.length === 1 ? rules[0] : { and: rules };
}

function wholeOf(json: unknown): unknown {
  return json === null || (isObject(json) && Object.keys(json).length === 0) ? true : json;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function canonical(json: unknown, depth: number): string {
  if (depth > MAX_JSON_DEPTH) {
    const detail = `Operators stand more than ${MAX_DEPTH} deep; flatten the rule.`;
    throw invalidRule([{ pointer: '', detail }]);
  }
  if (Array.isArray(json)) {
    return `[${json.map((each: unknown) => canonical(each, depth + 1)).join(',')}]`;
  }
  if (!isObject(json)) return JSON.stringify(json);
  const entries = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(
    ([key, value]) => `${JSON.stringify(key)}:${canonical(value, depth + 1)}`,
  );
  return `{${members.join(',')}}`;
}
