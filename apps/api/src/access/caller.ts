import { AppError, roleAllows, type Role } from '@segcast/contracts';
import type { Response } from 'express';

/** Who calls, by a key of theirs; nobody is known while the service is open. */
export interface Caller {
  keyId: number;
  name: string;
  role: Role;
  /** By the key itself, or by the cookie of a session that it opened. */
  via: 'key' | 'session';
  expiresAt: Date | null;
  /** What writes of a session must carry; null of a key. */
  csrfToken: string | null;
}

export function setCaller(response: Response, caller: Caller): void {
  response.locals['caller'] = caller;
}

/** Null while the service is open, and before the gate. */
export function callerOf(response: Response): Caller | null {
  return (response.locals['caller'] as Caller | undefined) ?? null;
}

/**
 * Lets a caller with the role go on; whoever calls an open service may do everything.
 * @throws AppError `role_too_small`
 */
export function requireRole(caller: Caller | null, needed: Role, what: string): void {
  if (caller === null || roleAllows(caller.role, needed)) return;
  throw new AppError(
    'role_too_small',
    `${what} needs the role ${needed}; key ${caller.keyId} ("${caller.name}") has ${caller.role}. Use a key of that role.`,
  );
}
