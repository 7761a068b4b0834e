import { fault, type ParseContext, type Place, shown } from './parse-context.ts';
import { parseColumn, parseColumnName } from './parse-operand.ts';
import type { RuleColumn } from './rule-columns.ts';
import { familyOf, type Rule } from './rule.ts';

/** A boolean column standing as a condition: holds where it is true. */
export function parseTruth(argument: Place, context: ParseContext): Rule | null {
  const column = parseColumn(argument, context);
  if (!column) return null;
  if (familyOf(column) === 'boolean') {
    return { kind: 'compare', operator: '==', column, literal: { family: 'boolean', value: true } };
  }
  const name = shown(column.name);
  const detail = `The column ${name} is not boolean and so no condition by itself; compare it, as in {"==": [{"var": ${name}}, …]}.`;
  return fault(context, argument.pointer, detail);
}

/**
 * `missing` lists the names that a customer has no value for, and a list counts as true when it is
 * not empty: so the condition holds where any of the columns is null or, as in JsonLogic, the empty
 * text.
 */
export function parseMissing(args: readonly Place[], context: ParseContext): Rule | null {
  const columns = args.map((arg) => parseColumnName(arg, context));
  if (!columns.every((column) => column !== null)) return null;
  return { kind: 'or', rules: columns.flatMap(lacks) };
}

function lacks(column: RuleColumn): Rule[] {
  const isNull: Rule = { kind: 'null', column };
  if (familyOf(column) !== 'text') return [isNull];
  const literal = { family: 'text', value: '' } as const;
  return [isNull, { kind: 'compare', operator: '==', column, literal }];
}
