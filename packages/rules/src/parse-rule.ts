import { parseCondition } from './parse-condition.ts';
import {
  countNode,
  fault,
  invalidRule,
  type ParseContext,
  placeAt,
  pointerTo,
  type Place,
  shown,
} from './parse-context.ts';
import type { RuleColumns } from './rule-columns.ts';
import type { Rule } from './rule.ts';

export interface ParseRuleOptions {
  /** JSON pointer of the rule itself, put before those of its faults: `/rules`. */
  pointer?: string;
}

/**
 * Reads a JSONLogic rule and checks it against the columns. `null`, `{}`, `true` and `[]` match
 * every customer, `false` none; a list `[{name, rule}]`, the old form, matches where all its rules
 * do.
 *
 * @example
 * const rule = parseRule({ '>': [{ var: 'total_revenue' }, 1000] }, columns, { pointer: '/rules' });
 *
 * @throws AppError `invalid_rule`, with the pointer of each fault
 */
export function parseRule(
  json: unknown,
  columns: RuleColumns,
  options: ParseRuleOptions = {},
): Rule {
  const context: ParseContext = { columns, faults: [], nodes: 0 };
  const place = { json, pointer: options.pointer ?? '' };
  const rule = Array.isArray(json) ? parseList(place, json, context) : parseWhole(place, context);
  if (rule && context.faults.length === 0) return rule;
  throw invalidRule(context.faults);
}

/** A rule that may be empty: the whole one, or one of a list. */
function parseWhole(place: Place, context: ParseContext): Rule | null {
  if (place.json === null || isEmptyObject(place.json)) return { kind: 'constant', value: true };
  return parseCondition(place, context, 1);
}

function isEmptyObject(json: unknown): boolean {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.keys(json).length === 0
  );
}

function parseList(place: Place, list: unknown[], context: ParseContext): Rule | null {
  const rules = list.map((item, i) => parseNamed(placeAt(place.pointer, i, item), context));
  return rules.every((rule) => rule !== null) ? { kind: 'and', rules } : null;
}

function parseNamed(place: Place, context: ParseContext): Rule | null {
  const { json, pointer } = place;
  countNode(context, pointer);
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'rule')) {
    const detail = `Here stands ${shown(json)}; in a list each rule has the form {"name": "…", "rule": {…}}.`;
    return fault(context, pointer, detail);
  }
  const { name = '', rule, ...others } = json as { name?: unknown; rule?: unknown };
  if (typeof name !== 'string') {
    const detail = `Here stands ${shown(name)}; the name of a rule is a text.`;
    return fault(context, pointerTo(pointer, 'name'), detail);
  }
  const [other] = Object.keys(others);
  if (other !== undefined) {
    const detail = `A rule of a list has a name and a rule, nothing else; remove ${shown(other)}.`;
    return fault(context, pointerTo(pointer, other), detail);
  }
  return parseWhole(placeAt(pointer, 'rule', rule), context);
}
