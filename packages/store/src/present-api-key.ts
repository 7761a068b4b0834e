import type { Key } from '@segcast/contracts';
import type { ApiKeyRecord } from './api-keys.ts';

/** A key as admins see it, over HTTP and on the command line. */
export function presentApiKey(key: ApiKeyRecord): Key {
  return {
    key_id: key.id,
    name: key.name,
    role: key.role,
    prefix: key.prefix,
    status: statusOf(key),
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}

function statusOf({ revokedAt, expiresAt }: ApiKeyRecord): Key['status'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? 'expired' : 'active';
}
