import { AppError } from '@segcast/contracts';
import { escapeLiteral, type Client } from 'pg';
import { displayed, quoted, type RelationName } from './relation-name.ts';

/** How the comment of every relation begins that loading has created and may therefore replace. */
const MARK = 'Segcast: ';

export type RelationKind = 'TABLE' | 'MATERIALIZED VIEW';

export interface ExistingRelation {
  oid: number;
  /** Null for a kind that loading never creates (a plain view, a foreign table …). */
  kind: RelationKind | null;
  /** Whether loading created it. */
  ours: boolean;
}

const KINDS: Readonly<Record<string, RelationKind>> = { r: 'TABLE', m: 'MATERIALIZED VIEW' };

/** What the catalogue knows of a relation, or null when there is none of that name. */
export async function findRelation(
  client: Client,
  relation: RelationName,
): Promise<ExistingRelation | null> {
  const { rows } = await client.query<{ oid: number; relkind: string; comment: string | null }>(
    `SELECT c.oid, c.relkind, obj_description(c.oid, 'pg_class') AS comment
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [relation.schema, relation.name],
  );
  const found = rows[0];
  if (found === undefined) return null;
  return {
    oid: found.oid,
    kind: KINDS[found.relkind] ?? null,
    ours: found.comment?.startsWith(MARK) ?? false,
  };
}

/** Whether views of others read from the relation, so that it cannot be dropped. */
export async function hasDependents(client: Client, relation: ExistingRelation): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = $1 AND r.ev_class <> $1
      LIMIT 1`,
    [relation.oid],
  );
  return rowCount !== 0;
}

/**
 * Makes sure that replacing the relation destroys nothing but our own work.
 *
 * @throws AppError `import_failed` when it exists and loading did not create it.
 */
export async function assertReplaceable(client: Client, relation: RelationName): Promise<void> {
  const existing = await findRelation(client, relation);
  if (existing === null || (existing.ours && existing.kind !== null)) return;
  throw new AppError(
    'import_failed',
    `${displayed(relation)} exists and was not created by Segcast, so it is left as it is. ` +
      `Rename or drop it, or load into another relation (DWH_RELATION) or database (DWH_ADMIN_URL).`,
  );
}

/** Marks a relation as ours, with a description for whoever finds it. */
export async function markAsOurs(
  client: Client,
  kind: RelationKind,
  relation: RelationName,
  description: string,
): Promise<void> {
  await client.query(
    `COMMENT ON ${kind} ${quoted(relation)} IS ${escapeLiteral(MARK + description)}`,
  );
}
