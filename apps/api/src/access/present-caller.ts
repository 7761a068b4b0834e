import type { Session } from '@segcast/contracts';
import type { Caller } from './caller.ts';

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
