import { hashSecret, newSecret } from './api-key-secret.ts';
import { API_KEY_COLUMNS, type ApiKeyRecord } from './api-keys.ts';
import type { Store } from './open-store.ts';

/** A person's session with the key that opened it: it is good as long as both are. */
export interface SessionRecord {
  expiresAt: Date;
  key: ApiKeyRecord;
}

/** Opens a session of a key and forgets those that are over. The token is in the answer and nowhere else. */
export async function openSession(
  store: Store,
  keyId: number,
  expiresAt: Date,
): Promise<{ token: string }> {
  const token = newSecret('session');
  await store.rows('DELETE FROM segcast.sessions WHERE expires_at < clock_timestamp()');
  await store.rows('INSERT INTO segcast.sessions (hash, key_id, expires_at) VALUES ($1, $2, $3)', [
    hashSecret(token),
    keyId,
    expiresAt,
  ]);
  return { token };
}

/** The session with this hash, whether or not it is still good. */
export async function findSession(store: Store, hash: Buffer): Promise<SessionRecord | null> {
  const [row] = await store.rows<ApiKeyRecord & { sessionExpiresAt: Date }>(
    `SELECT s.expires_at AS "sessionExpiresAt", ${API_KEY_COLUMNS}
     FROM segcast.sessions s JOIN segcast.api_keys k ON k.id = s.key_id WHERE s.hash = $1`,
    [hash],
  );
  if (row === undefined) return null;
  const { sessionExpiresAt: expiresAt, ...key } = row;
  return { expiresAt, key };
}

export async function closeSession(store: Store, hash: Buffer): Promise<void> {
  await store.rows('DELETE FROM segcast.sessions WHERE hash = $1', [hash]);
}
