import { codePointOrder } from './code-point-order.ts';
import type { Comparator, Literal, TextTest } from './rule.ts';

type Value = Literal['value'];

const HOLDS: Record<Comparator, (order: number) => boolean> = {
  '==': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Whether `a operator b` holds, for two values of one family. */
export function compareValues(operator: Comparator, a: Value, b: Value): boolean {
  return HOLDS[operator](orderOf(a, b));
}

/** Negative, zero or positive; NaN, which satisfies no comparator, when either value is NaN. */
function orderOf(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return codePointOrder(a, b);
  if (a === b) return 0;
  return a < b ? -1 : a > b ? 1 : NaN;
}

/** Whether `text` contains, starts with or ends with `part`; the empty text is part of every one. */
export function testText(test: TextTest, text: string, part: string): boolean {
  if (test === 'contains') return text.includes(part);
  return test === 'starts_with' ? text.startsWith(part) : text.endsWith(part);
}
