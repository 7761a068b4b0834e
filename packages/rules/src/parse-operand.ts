import { nearestNames } from './nearest-names.ts';
import {
  countNode,
  fault,
  type ParseContext,
  placeAt,
  pointerTo,
  type Place,
  shown,
} from './parse-context.ts';
import type { RuleColumn } from './rule-columns.ts';
import { familyOf } from './rule.ts';

/** The SQL types whose values both back ends are proved to compare alike; of text, any will do. */
const COMPARABLE: Record<'number' | 'boolean' | 'time', readonly string[]> = {
  number: ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'],
  boolean: ['bool'],
  time: ['date', 'timestamp', 'timestamptz'],
};

/** One side of a comparison before its type is settled. */
export type Operand = { pointer: string } & (
  | { kind: 'column'; column: RuleColumn }
  | { kind: 'constant'; value: number | string | boolean | null }
);

/** A column (`{"var": "x"}`) or a constant; null after a fault. */
export function parseOperand(place: Place, context: ParseContext): Operand | null {
  const { json, pointer } = place;
  if (typeof json !== 'object' || json === null) return parseConstant(place, context);
  if (Array.isArray(json)) {
    const detail = 'Here stands a list; a list may only be the second argument of "in".';
    return fault(context, pointer, detail);
  }
  const entries = Object.entries(json);
  const [entry] = entries;
  if (!entry || entries.length > 1 || entry[0] !== 'var') {
    const found = entries.map(([key]) => shown(key)).slice(0, 3);
    const detail = `Here stands ${found.length > 0 ? `{${found.join(', ')}: …}` : '{}'}; only a column, {"var": "name"}, or a constant can be compared.`;
    return fault(context, pointer, detail);
  }
  const column = parseColumn(placeAt(pointer, 'var', entry[1]), context);
  return column && { kind: 'column', column, pointer };
}

/** A number, text, boolean or null that SQL can hold; null after a fault. */
export function parseConstant(place: Place, context: ParseContext): Operand | null {
  const { json, pointer } = place;
  countNode(context, pointer);
  if (typeof json === 'string') {
    const detail = unwritable(json);
    if (detail !== null) return fault(context, pointer, detail);
  } else if (typeof json === 'number') {
    if (!Number.isFinite(json)) {
      const detail = `The number is ${json}; a double reaches to ±1.7976931348623157e308.`;
      return fault(context, pointer, detail);
    }
  } else if (typeof json !== 'boolean' && json !== null) {
    const detail = `Here stands ${shown(json)}; a constant is a number, a text, true, false or null.`;
    return fault(context, pointer, detail);
  }
  return { kind: 'constant', value: json, pointer };
}

/** Why PostgreSQL could not hold the text; null when it can. */
function unwritable(text: string): string | null {
  if (text.includes('\0'))
    return 'The text holds U+0000, which no text of PostgreSQL can; remove it.';
  if (!/\p{Surrogate}/u.test(text)) return null;
  return 'The text holds half of a surrogate pair, which is no character; write the whole character.';
}

/** The argument of `var`: a name, alone or as a list of one. */
export function parseColumn(place: Place, context: ParseContext): RuleColumn | null {
  if (!Array.isArray(place.json)) return parseColumnName(place, context);
  const list: unknown[] = place.json;
  if (list.length === 2) {
    const detail =
      'A default value is not supported; ask for null instead: {"==": [{"var": "name"}, null]}.';
    return fault(context, pointerTo(place.pointer, 1), detail);
  }
  if (list.length !== 1)
    return fault(context, place.pointer, '"var" takes the name of one column.');
  return parseColumnName(placeAt(place.pointer, 0, list[0]), context);
}

/** The name of a column that exists and can be compared. */
export function parseColumnName(place: Place, context: ParseContext): RuleColumn | null {
  const { json: name, pointer } = place;
  countNode(context, pointer);
  if (typeof name !== 'string' || name === '') {
    return fault(
      context,
      pointer,
      `Here stands ${shown(name)}; write the name of a column as a text.`,
    );
  }
  const column = context.columns.get(name);
  if (!column) return fault(context, pointer, unknownColumn(name, context));
  const family = familyOf(column);
  if (family === 'text' || COMPARABLE[family].includes(column.sqlType)) return column;
  const detail = `The column ${shown(name)} has the SQL type ${column.sqlType}, which rules cannot compare; cast it in the view to ${COMPARABLE[family].join(', ')}.`;
  return fault(context, pointer, detail);
}

function unknownColumn(name: string, { columns }: ParseContext): string {
  const near = nearestNames(name, columns.keys()).map(shown);
  const remedy =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : 'GET /dwh/columns/ lists those there are.';
  return `There is no column ${shown(name)}; ${remedy}`;
}
