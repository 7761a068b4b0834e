import { nearestNames } from './nearest-names.ts';
import {
  countNode,
  fault,
  MAX_DEPTH,
  MAX_NODES,
  type ParseContext,
  placeAt,
  type Place,
  shown,
  tooLarge,
} from './parse-context.ts';
import { parseMissing, parseTruth } from './parse-column-condition.ts';
import { parseEquality, parseOrder } from './parse-comparison.ts';
import { parseIn, parseTextTest } from './parse-text-test.ts';
import type { Rule } from './rule.ts';

/** Reads the arguments of one operator; `depth` is the operator's own. */
interface Operator {
  /** The least and the most arguments. */
  arity: readonly [number, number];
  parse(args: readonly Place[], context: ParseContext, depth: number): Rule | null;
}

const ORDER_ARITY = [2, 3] as const;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['and', { arity: [0, Infinity], parse: (args, ...rest) => parseJunction('and', args, ...rest) }],
  ['or', { arity: [0, Infinity], parse: (args, ...rest) => parseJunction('or', args, ...rest) }],
  ['!', { arity: [1, 1], parse: (args, ...rest) => negate(parseOnly(args, ...rest)) }],
  ['!!', { arity: [1, 1], parse: parseOnly }],
  ['==', { arity: [2, 2], parse: parseEquality }],
  ['===', { arity: [2, 2], parse: parseEquality }],
  ['!=', { arity: [2, 2], parse: (args, context) => negate(parseEquality(args, context)) }],
  ['!==', { arity: [2, 2], parse: (args, context) => negate(parseEquality(args, context)) }],
  ['<', { arity: ORDER_ARITY, parse: (args, context) => parseOrder('<', args, context) }],
  ['<=', { arity: ORDER_ARITY, parse: (args, context) => parseOrder('<=', args, context) }],
  ['>', { arity: ORDER_ARITY, parse: (args, context) => parseOrder('>', args, context) }],
  ['>=', { arity: ORDER_ARITY, parse: (args, context) => parseOrder('>=', args, context) }],
  ['in', { arity: [2, 2], parse: parseIn }],
  [
    'starts_with',
    { arity: [2, 2], parse: (a, context) => parseTextTest('starts_with', a, context) },
  ],
  ['ends_with', { arity: [2, 2], parse: (a, context) => parseTextTest('ends_with', a, context) }],
  ['missing', { arity: [0, Infinity], parse: parseMissing }],
]);

/** What is true or false of a customer: an operator, a boolean column, true or false. */
export function parseCondition(place: Place, context: ParseContext, depth: number): Rule | null {
  const { json, pointer } = place;
  countNode(context, pointer);
  if (typeof json === 'boolean') return { kind: 'constant', value: json };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const detail = `Here stands ${shown(json)}; a condition is an operator such as {">": [{"var": "name"}, 1]}, true or false.`;
    return fault(context, pointer, detail);
  }
  const entries = Object.entries(json);
  const [entry] = entries;
  if (!entry) return fault(context, pointer, 'The condition is empty; remove it, or write true.');
  if (entries.length > 1) {
    const keys = entries.slice(0, 3).map(([key]) => shown(key));
    const detail = `One operator may stand here, not ${entries.length} (${keys.join(', ')}…); join them with "and" or "or".`;
    return fault(context, pointer, detail);
  }
  const argument = placeAt(pointer, entry[0], entry[1]);
  if (entry[0] === 'var') return parseTruth(argument, context);
  return parseOperation(entry[0], argument, context, depth);
}

function parseOperation(
  name: string,
  argument: Place,
  context: ParseContext,
  depth: number,
): Rule | null {
  const operator = OPERATORS.get(name);
  if (!operator) return fault(context, argument.pointer, unknownOperator(name));
  if (depth > MAX_DEPTH) {
    const detail = `Operators stand more than ${MAX_DEPTH} deep; flatten the rule.`;
    return fault(context, argument.pointer, detail);
  }
  const args = argumentsOf(argument);
  const [least, most] = operator.arity;
  if (args.length >= least && args.length <= most) return operator.parse(args, context, depth);
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  const detail = `"${name}" takes ${wanted} ${most === 1 ? 'argument' : 'arguments'}, not ${args.length}.`;
  return fault(context, argument.pointer, detail);
}

/** JSONLogic lets a single argument stand without its list. */
function argumentsOf(argument: Place): Place[] {
  const { json, pointer } = argument;
  if (!Array.isArray(json)) return [argument];
  if (json.length > MAX_NODES) throw tooLarge(pointer);
  return json.map((each: unknown, i) => placeAt(pointer, i, each));
}

function unknownOperator(name: string): string {
  const near = nearestNames(name, OPERATORS.keys()).map(shown);
  const remedy =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : `the operators are ${[...OPERATORS.keys(), 'var'].join(' ')}.`;
  return `There is no operator ${shown(name)}; ${remedy}`;
}

function parseJunction(
  kind: 'and' | 'or',
  args: readonly Place[],
  context: ParseContext,
  depth: number,
): Rule | null {
  const rules = args.map((arg) => parseCondition(arg, context, depth + 1));
  return rules.every((rule) => rule !== null) ? { kind, rules } : null;
}

function parseOnly(args: readonly Place[], context: ParseContext, depth: number): Rule | null {
  const [arg] = args as [Place];
  return parseCondition(arg, context, depth + 1);
}

function negate(rule: Rule | null): Rule | null {
  return rule && { kind: 'not', rule };
}
