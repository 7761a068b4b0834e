import { compareValues, testText } from './compare-values.ts';
import { fault, type ParseContext, placeAt, type Place, shown } from './parse-context.ts';
import { type Operand, parseConstant, parseOperand } from './parse-operand.ts';
import { familyOf, type Literal, type Rule, type TextOperand, type TextTest } from './rule.ts';
import { type Settled, settleOperands } from './settle-operands.ts';

type Pair = [TextOperand | null, TextOperand | null];

/** `in`: membership of a list, or being part of a text. */
export function parseIn(args: readonly Place[], context: ParseContext): Rule | null {
  const [needle, haystack] = args as [Place, Place];
  return Array.isArray(haystack.json)
    ? parseMembership(needle, haystack, context)
    : parseTextTest('contains', [haystack, needle], context);
}

/** The text first, then what it contains, starts or ends with. */
export function parseTextTest(
  test: TextTest,
  args: readonly Place[],
  context: ParseContext,
): Rule | null {
  const [text, part] = args.map((arg) => parseTextOperand(arg, context)) as Pair;
  if (text === null || part === null) return null;
  return typeof text === 'string' && typeof part === 'string'
    ? { kind: 'constant', value: testText(test, text, part) }
    : { kind: 'text', test, text, part };
}

function parseTextOperand(place: Place, context: ParseContext): TextOperand | null {
  const operand = parseOperand(place, context);
  if (!operand) return null;
  if (operand.kind === 'column') {
    if (familyOf(operand.column) === 'text') return operand.column;
    const detail = `The column ${shown(operand.column.name)} is no text; only a text has parts.`;
    return fault(context, operand.pointer, detail);
  }
  if (typeof operand.value === 'string') return operand.value;
  return fault(
    context,
    operand.pointer,
    `${shown(operand.value)} is no text; only a text has parts.`,
  );
}

function parseMembership(needle: Place, list: Place, context: ParseContext): Rule | null {
  const operand = parseOperand(needle, context);
  const members = (list.json as unknown[]).map((json, i) =>
    parseMember(placeAt(list.pointer, i, json), context),
  );
  if (!operand || !members.every((member) => member !== null)) return null;
  if (operand.kind === 'constant' && operand.value === null) {
    return fault(context, operand.pointer, 'null is in no list; ask for it with "==" or "!=".');
  }
  const settled = settleOperands([operand, ...members], context);
  if (!settled) return null;
  const [tested, ...others] = settled;
  const literals = others.flatMap((each) => (each.kind === 'literal' ? [each.literal] : []));
  return tested ? memberOf(tested, literals) : null;
}

function memberOf(tested: Settled, literals: readonly Literal[]): Rule {
  if (tested.kind === 'literal') {
    const { value } = tested.literal;
    const found = literals.some((literal) => compareValues('==', literal.value, value));
    return { kind: 'constant', value: found };
  }
  if (literals.length === 0) return { kind: 'constant', value: false };
  return { kind: 'member', column: tested.column, literals };
}

function parseMember(place: Place, context: ParseContext): Operand | null {
  if (place.json !== null) return parseConstant(place, context);
  const detail =
    'null is in no list; ask for it with {"==": [{"var": "name"}, null]} beside this one.';
  return fault(context, place.pointer, detail);
}
