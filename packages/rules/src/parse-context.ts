import { AppError, type FieldError } from '@segcast/contracts';

import type { RuleColumns } from './rule-columns.ts';

/** Operators inside one another. */
export const MAX_DEPTH = 50;
/** Operators, columns and constants in one rule. */
export const MAX_NODES = 5_000;
/** After so many faults the rest of the rule is not looked at. */
const MAX_FAULTS = 20;

/** What the parsers share while they read one rule. */
export interface ParseContext {
  readonly columns: RuleColumns;
  readonly faults: FieldError[];
  nodes: number;
}

/** A place in the rule's JSON: the value and its pointer (RFC 6901). */
export interface Place {
  readonly json: unknown;
  readonly pointer: string;
}

/** The place one step down. */
export function placeAt(pointer: string, key: string | number, json: unknown): Place {
  return { json, pointer: pointerTo(pointer, key) };
}

/** The pointer one step down; a key of great length stays out of it, since no rule has one. */
export function pointerTo(pointer: string, key: string | number): string {
  if (typeof key === 'number') return `${pointer}/${key}`;
  if (key.length > 200) return pointer;
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Notes a fault and answers null, for parsers to return; the rest of the rule is still read,
 * so that a person sees all faults at once.
 */
export function fault(context: ParseContext, pointer: string, detail: string): null {
  context.faults.push({ pointer, detail });
  if (context.faults.length === MAX_FAULTS) throw invalidRule(context.faults);
  return null;
}

/** Counts one operator, column or constant. */
export function countNode(context: ParseContext, pointer: string): void {
  context.nodes += 1;
  if (context.nodes > MAX_NODES) throw tooLarge(pointer);
}

export function tooLarge(pointer: string): AppError {
  const detail = `The rule has more than ${MAX_NODES} operators, columns and constants; split it into several segments.`;
  return invalidRule([{ pointer, detail }]);
}

/** The error for a rule with these faults, the first of them told in its message. */
export function invalidRule(faults: readonly FieldError[]): AppError {
  const told = faults.slice(0, 1).map(({ pointer, detail }) => {
    return pointer === '' ? detail : `at ${shown(pointer)}: ${detail}`;
  });
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more: see "errors")` : '';
  const message = `The rule is not valid: ${told.join('')}${more}`;
  return new AppError('invalid_rule', message, { errors: [...faults] });
}

/** A value for a message: lists and objects by their kind, texts quoted and cut off. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value);
}
