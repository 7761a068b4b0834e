import { compareValues } from './compare-values.ts';
import { fault, type ParseContext, type Place } from './parse-context.ts';
import { type Operand, parseOperand } from './parse-operand.ts';
import type { Comparator, Rule } from './rule.ts';
import { type Settled, settleOperands } from './settle-operands.ts';

const FLIPPED: Record<Comparator, Comparator> = {
  '==': '==',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** `==`, which null takes part in. */
export function parseEquality(args: readonly Place[], context: ParseContext): Rule | null {
  const operands = parseOperands(args, context);
  if (!operands) return null;
  const known = operands.filter((operand) => !isNull(operand));
  if (known.length === operands.length) return compareNeighbours('==', operands, context);
  const [other] = known;
  if (other?.kind === 'column') return { kind: 'null', column: other.column };
  return { kind: 'constant', value: other === undefined };
}

/** `<`, `<=`, `>`, `>=`; with three arguments, both pairs of neighbours must hold. */
export function parseOrder(
  operator: Comparator,
  args: readonly Place[],
  context: ParseContext,
): Rule | null {
  const operands = parseOperands(args, context);
  if (!operands) return null;
  const nulls = operands.filter(isNull);
  if (nulls.length === 0) return compareNeighbours(operator, operands, context);
  for (const { pointer } of nulls) {
    fault(context, pointer, 'Nothing is greater or less than null; ask for it with "==" or "!=".');
  }
  return null;
}

function parseOperands(args: readonly Place[], context: ParseContext): Operand[] | null {
  const operands = args.map((arg) => parseOperand(arg, context));
  return operands.every((operand) => operand !== null) ? operands : null;
}

function isNull(operand: Operand): boolean {
  return operand.kind === 'constant' && operand.value === null;
}

function compareNeighbours(
  operator: Comparator,
  operands: readonly Operand[],
  context: ParseContext,
): Rule | null {
  const settled = settleOperands(operands, context);
  if (!settled) return null;
  const rules = settled.slice(1).map((right, i) => compare(operator, settled[i]!, right));
  const [first] = rules;
  return first && rules.length === 1 ? first : { kind: 'and', rules };
}

function compare(operator: Comparator, left: Settled, right: Settled): Rule {
  if (left.kind === 'literal') {
    if (right.kind === 'column') return compare(FLIPPED[operator], right, left);
    const value = compareValues(operator, left.literal.value, right.literal.value);
    return { kind: 'constant', value };
  }
  return right.kind === 'literal'
    ? { kind: 'compare', operator, column: left.column, literal: right.literal }
    : { kind: 'compare_columns', operator, left: left.column, right: right.column };
}
