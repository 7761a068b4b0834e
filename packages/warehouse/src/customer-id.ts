import { AppError } from '@segcast/contracts';
import type { Relation, RelationColumn } from './relation.ts';
import { isStorable } from './sql-literal.ts';

const ID_COLUMN = 'customer_id';
/** The id's identifier in SQL. */
export const ID_SQL = `"${ID_COLUMN}"`;
/** The id as text; for a text type the cast is nothing to do. */
export const ID_TEXT_SQL = `${ID_SQL}::text`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INTEGER = /^(0|-?[1-9]\d{0,18})$/;
const INTEGER_BITS: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64 };
const ID_TYPES = ['text', 'varchar', 'uuid', ...Object.keys(INTEGER_BITS)];

/** What is wrong with the relation's customer_id by name and type, or null. */
export function faultOfId(relation: Relation): string | null {
  const column = relation.columns.get(ID_COLUMN);
  if (!column) return `it has no column ${ID_COLUMN}`;
  if (!ID_TYPES.includes(column.sqlType)) {
    return `${ID_COLUMN} has the type ${column.sqlType}; it must be one of ${ID_TYPES.join(', ')}`;
  }
  if (!column.deterministic) {
    return `${ID_COLUMN} has the nondeterministic collation ${column.collation ?? 'default'}, under which different ids count as equal; use a deterministic one`;
  }
  return null;
}

/**
 * The relation's customer_id.
 * @throws AppError warehouse_invalid when it cannot serve
 */
export function requireId(relation: Relation): RelationColumn {
  const fault = faultOfId(relation);
  if (fault) throw new AppError('warehouse_invalid', `${relation.label} is not usable: ${fault}.`);
  return relation.columns.get(ID_COLUMN)!;
}

/** Whether `text` is how PostgreSQL writes some value of the id's type; if not, no customer has it. */
export function isIdText(text: string, { sqlType }: RelationColumn): boolean {
  if (sqlType === 'uuid') return UUID.test(text);
  const bits = INTEGER_BITS[sqlType];
  if (bits === undefined) return isStorable(text);
  return INTEGER.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
}

/** The id as PostgreSQL writes it, or null when no customer can have it. */
export function canonicalId(text: string, column: RelationColumn): string | null {
  if (!isIdText(text, column)) return null;
  return column.sqlType === 'uuid' ? text.toLowerCase() : text;
}
