import { hasFourDigitYear, parseIsoTime } from './iso-time.ts';
import { fault, type ParseContext, shown } from './parse-context.ts';
import type { Operand } from './parse-operand.ts';
import type { RuleColumn } from './rule-columns.ts';
import { type Family, familyOf, type Literal } from './rule.ts';

const NOUNS: Record<Family, string> = {
  number: 'a number',
  text: 'a text',
  boolean: 'true or false',
  time: 'a time',
};

/** An operand whose family is that of all it is compared with. */
export type Settled =
  { kind: 'column'; column: RuleColumn } | { kind: 'literal'; literal: Literal };

/** What operands are compared as, and what makes it so, in words. */
interface Basis {
  family: Family;
  words: string;
}

/**
 * The operands as values of one family, that of the first column or else of the first constant;
 * null after a fault. Nothing is coerced, save that a text beside a time must be one. None of
 * the operands is null.
 */
export function settleOperands(
  operands: readonly Operand[],
  context: ParseContext,
): Settled[] | null {
  const basis = basisOf(operands);
  const settled = operands.map((operand) => settle(operand, basis, context));
  return settled.every((each) => each !== null) ? settled : null;
}

function basisOf(operands: readonly Operand[]): Basis {
  const first = operands.find((operand) => operand.kind === 'column');
  if (first) {
    const family = familyOf(first.column);
    return { family, words: `the column ${shown(first.column.name)}, which is ${NOUNS[family]}` };
  }
  const [constant] = operands;
  const family = constant?.kind === 'constant' ? familyOfConstant(constant.value) : 'text';
  return { family, words: NOUNS[family] };
}

function familyOfConstant(value: Constant): Family {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text';
}

type Constant = number | string | boolean | null;

function settle(operand: Operand, basis: Basis, context: ParseContext): Settled | null {
  if (operand.kind === 'constant') {
    const literal = literalOf(operand.value, operand.pointer, basis, context);
    return literal && { kind: 'literal', literal };
  }
  const { column, pointer } = operand;
  const family = familyOf(column);
  if (family === basis.family) return { kind: 'column', column };
  const detail = `The column ${shown(column.name)}, which is ${NOUNS[family]}, cannot be compared with ${basis.words}.`;
  return fault(context, pointer, detail);
}

function literalOf(
  value: Constant,
  pointer: string,
  basis: Basis,
  context: ParseContext,
): Literal | null {
  const { family } = basis;
  if (family === 'number' && typeof value === 'number') return { family, value };
  if (family === 'boolean' && typeof value === 'boolean') return { family, value };
  if (family === 'text' && typeof value === 'string') return { family, value };
  if (family === 'time' && typeof value === 'string') return timeOf(value, pointer, context);
  const detail = `${shown(value)} cannot be compared with ${basis.words}${remedyFor(value, family)}.`;
  return fault(context, pointer, detail);
}

function timeOf(text: string, pointer: string, context: ParseContext): Literal | null {
  const time = parseIsoTime(text);
  if ('micros' in time && hasFourDigitYear(time.micros)) {
    return { family: 'time', value: time.micros };
  }
  const why = 'fault' in time ? time.fault : 'a constant lies in the years 0001 to 9999';
  return fault(context, pointer, `${shown(text)} is no time in ISO 8601: ${why}.`);
}

function remedyFor(value: Constant, family: Family): string {
  if (family === 'time') return '; write a text in ISO 8601, such as "2024-05-31"';
  if (family === 'boolean') return '; write true or false, without quotes';
  if (family === 'text') return `; write "${value}", in quotes`;
  const isNumeral =
    typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  return isNumeral ? `; write ${Number(value)}, without quotes` : '';
}
