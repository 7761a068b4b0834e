import { AppError } from '@segcast/contracts';
import { DatabaseError, escapeIdentifier, type Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { findRelation, type RelationKind } from './ownership.ts';
import { displayed, quoted, type RelationName } from './relation-name.ts';
import { NEXT_SCHEMA } from './source-tables.ts';

const LOCK_NOT_AVAILABLE = '55P03';
const DEPENDENT_OBJECTS = '2BP01';

/** Readers wait behind us while we wait for a lock: so briefly, but often. */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_ATTEMPTS = 60;
const LOCK_PAUSE_MS = 500;

/**
 * Puts the relation of the same name from the schema of the next load in the place of `relation`,
 * which keeps its grants. Readers see the old one until the transaction commits.
 *
 * @throws AppError `import_failed` when readers hold the old one for minutes, or other objects
 * depend on it.
 */
export async function replaceRelation(
  client: Client,
  kind: RelationKind,
  relation: RelationName,
): Promise<void> {
  const next = { schema: NEXT_SCHEMA, name: relation.name };
  const existing = await findRelation(client, relation);
  if (existing !== null) {
    await copyGrants(client, existing.oid, next);
    await dropPatiently(client, existing.kind ?? kind, relation);
  }
  await client.query(
    `ALTER ${kind} ${quoted(next)} SET SCHEMA ${escapeIdentifier(relation.schema)}`,
  );
}

/** Gives others the privileges on `to` that they have on the relation `from`. */
async function copyGrants(client: Client, from: number, to: RelationName): Promise<void> {
  const { rows } = await client.query<{ role: string | null; privilege: string }>(
    `SELECT r.rolname AS role, string_agg(g.privilege_type, ', ') AS privilege
       FROM pg_class c CROSS JOIN aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
      WHERE c.oid = $1 AND g.grantee <> c.relowner
      GROUP BY g.grantee, r.rolname`,
    [from],
  );
  for (const { role, privilege } of rows) {
    const grantee = role === null ? 'PUBLIC' : escapeIdentifier(role);
    await client.query(`GRANT ${privilege} ON ${quoted(to)} TO ${grantee}`);
  }
}

async function dropPatiently(
  client: Client,
  kind: RelationKind,
  relation: RelationName,
): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  for (let attempt = 1; ; attempt++) {
    await client.query('SAVEPOINT before_drop');
    try {
      await client.query(`DROP ${kind} ${quoted(relation)}`);
      break;
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isCode(error, LOCK_NOT_AVAILABLE)) {
        throw explainedDrop(error, relation);
      }
      await client.query('ROLLBACK TO SAVEPOINT before_drop');
      await pause(LOCK_PAUSE_MS);
    }
  }
  await client.query('SET LOCAL lock_timeout = 0');
}

function isCode(error: unknown, code: string): error is DatabaseError {
  return error instanceof DatabaseError && error.code === code;
}

function explainedDrop(error: unknown, relation: RelationName): unknown {
  const name = displayed(relation);
  if (isCode(error, LOCK_NOT_AVAILABLE)) {
    return new AppError(
      'import_failed',
      `${name} is being read without a pause, so it could not be replaced. Try again later.`,
      { cause: error, retryable: true },
    );
  }
  if (isCode(error, DEPENDENT_OBJECTS)) {
    return new AppError(
      'import_failed',
      `${name} cannot be replaced, since other objects depend on it: ${error.detail ?? ''} ` +
        `Drop them first and create them again after the load.`,
      { cause: error },
    );
  }
  return error;
}
