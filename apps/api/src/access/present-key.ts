import type { Key, Session } from '@segcast/contracts';
import type { ApiKeyRecord } from '@segcast/store';
import type { Caller } from './caller.ts';

/** A key as admins see it. */
export function presentKey(key: ApiKeyRecord): Key {
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

/** A caller as they see themselves; whoever calls an open service may do everything. */
export function presentCaller(caller: Caller | null): Session {
  return {
    via: caller?.via ?? 'open',
    role: caller?.role ?? 'admin',
    key_id: caller?.keyId ?? null,
    name: caller?.name ?? null,
    expires_at: caller?.expiresAt?.toISOString() ?? null,
    csrf_token: caller?.csrfToken ?? null,
  };
}
