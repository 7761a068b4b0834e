import { AppError } from '@segcast/contracts';
import { DatabaseError, escapeIdentifier, type Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { findRelation, type ExistingRelation, type RelationKind } from './ownership.ts';
import { quoted, type RelationName } from './relation-name.ts';

export interface Replacement {
  kind: RelationKind;
  relation: RelationName;
  /** The schema in which the next one of the same name has been built. */
  from: string;
}

const LOCK_NOT_AVAILABLE = '55P03';
const DEPENDENT_OBJECTS = '2BP01';

/** Readers wait behind us while we wait for a lock: so briefly, but often. */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_ATTEMPTS = 60;
const LOCK_PAUSE_MS = 500;

/**
 * Puts the relations built beside in the place of those of the same names, whose grants they get,
 * and drops those that nothing needs any more. A relation comes before those it is made from.
 * Readers see the old ones until the transaction commits.
 *
 * @throws AppError `import_failed` when readers hold an old one for minutes, or other objects
 * depend on it.
 */
export async function replaceRelations(
  client: Client,
  replacements: readonly Replacement[],
  obsolete: readonly Replacement[] = [],
): Promise<void> {
  const drops: string[] = [];
  for (const replaced of [...replacements, ...obsolete]) {
    const { relation, kind } = replaced;
    const existing = await findRelation(client, relation);
    if (existing === null) continue;
    if (!obsolete.includes(replaced)) await copyGrants(client, existing, nextOf(replaced));
    // Tables are locked ahead, lest the first one dropped be held while we wait for the others.
    if (existing.kind === 'TABLE') drops.unshift(`LOCK TABLE ${quoted(relation)}`);
    drops.push(`DROP ${existing.kind ?? kind} ${quoted(relation)}`);
  }
  await runPatiently(client, drops.join('; '));
  for (const replacement of replacements) {
    const next = quoted(nextOf(replacement));
    const schema = escapeIdentifier(replacement.relation.schema);
    await client.query(`ALTER ${replacement.kind} ${next} SET SCHEMA ${schema}`);
  }
}

function nextOf({ relation, from }: Replacement): RelationName {
  return { schema: from, name: relation.name };
}

/** Gives others the privileges on `to` that they have on the existing relation. */
async function copyGrants(
  client: Client,
  existing: ExistingRelation,
  to: RelationName,
): Promise<void> {
  const { rows } = await client.query<{ role: string | null; privileges: string }>(
    `SELECT r.rolname AS role, string_agg(g.privilege_type, ', ') AS privileges
       FROM pg_class c CROSS JOIN aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
      WHERE c.oid = $1 AND g.grantee <> c.relowner
      GROUP BY g.grantee, r.rolname`,
    [existing.oid],
  );
  for (const { role, privileges } of rows) {
    const grantee = role === null ? 'PUBLIC' : escapeIdentifier(role);
    await client.query(`GRANT ${privileges} ON ${quoted(to)} TO ${grantee}`);
  }
}

/** Runs statements that need locks, letting go of everything between the attempts. */
async function runPatiently(client: Client, statements: string): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SAVEPOINT before_locks`);
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(statements);
      break;
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isCode(error, LOCK_NOT_AVAILABLE)) throw explained(error);
      await client.query('ROLLBACK TO SAVEPOINT before_locks');
      await pause(LOCK_PAUSE_MS);
    }
  }
  await client.query('SET LOCAL lock_timeout = 0');
}

function isCode(error: unknown, code: string): error is DatabaseError {
  return error instanceof DatabaseError && error.code === code;
}

function explained(error: unknown): unknown {
  if (isCode(error, LOCK_NOT_AVAILABLE)) {
    return new AppError(
      'import_failed',
      'The features are being read without a pause, so they could not be replaced. Try again later.',
      { cause: error, retryable: true },
    );
  }
  if (isCode(error, DEPENDENT_OBJECTS)) {
    return new AppError(
      'import_failed',
      `Other objects depend on what is to be replaced: ${error.detail ?? error.message}. ` +
        `Drop them first and create them again after the load. Nothing was changed.`,
      { cause: error },
    );
  }
  return error;
}
