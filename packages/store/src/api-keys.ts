import { AppError, type Page, type PageQuery, type Role } from '@segcast/contracts';
import { hashSecret, newSecret, shownPrefix } from './api-key-secret.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';

/** A key as stored: of its secret there is a hash, and the beginning for people. */
export interface ApiKeyRecord {
  id: number;
  hash: Buffer;
  prefix: string;
  name: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

export interface NewApiKey {
  name: string;
  role: Role;
  /** Null: good until it is revoked. */
  expiresAt: Date | null;
}

/** The columns of an `ApiKeyRecord`, of the table `k`. */
export const API_KEY_COLUMNS = `k.id, k.hash, k.prefix, k.name, k.role, k.created_at AS "createdAt",
  k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt"`;

/** Makes a key; the secret is in the answer and nowhere else. */
export async function createApiKey(
  store: Store,
  { name, role, expiresAt }: NewApiKey,
): Promise<{ record: ApiKeyRecord; secret: string }> {
  const secret = newSecret('segcast');
  const [record] = await store.rows<ApiKeyRecord>(
    `INSERT INTO segcast.api_keys AS k (hash, prefix, name, role, expires_at)
     VALUES ($1, $2, $3, $4, $5) RETURNING ${API_KEY_COLUMNS}`,
    [hashSecret(secret), shownPrefix(secret), name, role, expiresAt],
  );
  return { record: record!, secret };
}

/**
 * Makes a key of a given secret, unless there has been a key already. Any number of processes may
 * do so at once. Null when there was one.
 */
export async function createFirstApiKey(
  store: Store,
  secret: string,
  { name, role }: Omit<NewApiKey, 'expiresAt'>,
): Promise<ApiKeyRecord | null> {
  const [record] = await store.rows<ApiKeyRecord>(
    `INSERT INTO segcast.api_keys AS k (hash, prefix, name, role)
     SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM segcast.api_keys)
     ON CONFLICT (hash) DO NOTHING RETURNING ${API_KEY_COLUMNS}`,
    [hashSecret(secret), shownPrefix(secret), name, role],
  );
  return record ?? null;
}

/** Whether there is a key or has been one. */
export async function anyApiKey(store: Store): Promise<boolean> {
  const rows = await store.rows('SELECT FROM segcast.api_keys LIMIT 1');
  return rows.length > 0;
}

/** The key with this hash, whether or not it is still good. */
export async function findApiKey(store: Store, hash: Buffer): Promise<ApiKeyRecord | null> {
  const [record] = await store.rows<ApiKeyRecord>(
    `SELECT ${API_KEY_COLUMNS} FROM segcast.api_keys k WHERE k.hash = $1`,
    [hash],
  );
  return record ?? null;
}

/** One page of all keys, oldest first. */
export async function listApiKeys(
  store: Store,
  { limit, cursor }: PageQuery,
): Promise<Page<ApiKeyRecord>> {
  const after = decodeCursor(cursor, ['int'])?.[0] ?? 0;
  const rows = await store.rows<ApiKeyRecord>(
    `SELECT ${API_KEY_COLUMNS} FROM segcast.api_keys k WHERE k.id > $1 ORDER BY k.id LIMIT $2`,
    [after, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => [id]);
}

/** Ends a key for ever, with its sessions; again is no fault. Throws `key_not_found`. */
export async function revokeApiKey(store: Store, id: number): Promise<ApiKeyRecord> {
  const [record] = await store.rows<ApiKeyRecord>(
    `UPDATE segcast.api_keys k SET revoked_at = coalesce(revoked_at, clock_timestamp())
     WHERE id = $1::bigint RETURNING ${API_KEY_COLUMNS}`,
    [id],
  );
  if (record !== undefined) return record;
  throw new AppError(
    'key_not_found',
    `There is no key ${id}. GET /keys/ and "segcast keys list" show the keys with their ids.`,
  );
}

/** Removes a key that only its maker has known. */
export async function deleteApiKey(store: Store, id: number): Promise<void> {
  await store.rows('DELETE FROM segcast.api_keys WHERE id = $1', [id]);
}

/** Notes that a key is in use, at most once a minute: reading must not become writing. */
export async function touchApiKey(store: Store, id: number): Promise<void> {
  await store.rows(
    `UPDATE segcast.api_keys SET last_used_at = clock_timestamp() WHERE id = $1
       AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')`,
    [id],
  );
}
