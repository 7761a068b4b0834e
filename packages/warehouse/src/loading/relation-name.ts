import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';

/** A relation by schema and name, neither quoted. */
export interface RelationName {
  schema: string;
  name: string;
}

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_$]{0,62}$/u;

/**
 * Reads `name` or `schema.name`; without a schema it is the one in which the connection creates.
 *
 * @throws AppError `import_failed` for anything else.
 */
export async function resolveRelation(client: Client, relation: string): Promise<RelationName> {
  const parts = relation.split('.');
  if (parts.length > 2 || !parts.every((part) => IDENTIFIER.test(part))) {
    throw new AppError(
      'import_failed',
      `"${relation}" is not a relation's name. Write it as name or schema.name (DWH_RELATION).`,
    );
  }
  const name = parts.at(-1)!;
  if (parts.length === 2) return { schema: parts[0]!, name };
  const { rows } = await client.query<{ schema: string | null }>(
    'SELECT current_schema() AS schema',
  );
  return { schema: rows[0]?.schema ?? 'public', name };
}

/** The name quoted for SQL. */
export function quoted(relation: RelationName): string {
  return `${escapeIdentifier(relation.schema)}.${escapeIdentifier(relation.name)}`;
}

/** The name for people. */
export function displayed(relation: RelationName): string {
  return `${relation.schema}.${relation.name}`;
}
