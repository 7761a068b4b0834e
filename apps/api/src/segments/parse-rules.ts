import { parseRule, type Rule } from '@segcast/rules';
import { readColumns } from '@segcast/warehouse';
import type { ApiDeps } from '../api-deps.ts';

/**
 * A segment's rules against the warehouse's columns as they are now.
 * @throws AppError `invalid_rule` with pointers into the body's `rules`.
 */
export async function parseRules({ warehouse }: ApiDeps, rules: unknown): Promise<Rule> {
  return parseRule(rules, await readColumns(warehouse), { pointer: '/rules' });
}
