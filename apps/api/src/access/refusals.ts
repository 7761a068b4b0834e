import { AppError } from '@segcast/contracts';
import type { ApiKeyRecord } from '@segcast/store';

/** Why a key is no longer good, or null of one that is. */
export function keyRefusal(key: ApiKeyRecord | null): AppError | null {
  if (key === null) {
    return new AppError(
      'key_invalid',
      'The key is not known here. Check that it was copied whole; an admin can create another with POST /keys/, the operator with "segcast keys create".',
    );
  }
  const which = `Key ${key.id} (${key.prefix}…)`;
  if (key.revokedAt !== null) {
    const on = key.revokedAt.toISOString();
    return new AppError('key_invalid', `${which} was revoked on ${on}. Ask an admin for another.`);
  }
  if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) {
    const on = key.expiresAt.toISOString();
    return new AppError('key_expired', `${which} expired on ${on}. Ask an admin for another.`);
  }
  return null;
}

export function keyRequired(): AppError {
  return new AppError(
    'key_required',
    'This needs a key: send "Authorization: Bearer KEY", or sign in at /sign-in. An admin creates keys with POST /keys/, the operator with "segcast keys create".',
  );
}

export function sessionEnded(): AppError {
  return new AppError(
    'session_ended',
    'The session is over, or its key is no longer good. Sign in again at /sign-in.',
  );
}
