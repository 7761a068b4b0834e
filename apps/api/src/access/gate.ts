import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@segcast/contracts';
import type { Request, RequestHandler } from 'express';
import { isSafeMethod } from '../http/guard-access.ts';
import type { AccessControl } from './access-control.ts';
import { setCaller, type Caller } from './caller.ts';
import { keyRequired } from './refusals.ts';
import { CSRF_HEADER, sessionTokenOf } from './session-cookies.ts';

/** Behind it everything needs a key, unless the service is open. */
export function requireKey(access: AccessControl): RequestHandler {
  return async (request, response, next) => {
    if (!(await access.isOpen())) {
      const caller = await identify(access, request);
      requireToken(request, caller);
      setCaller(response, caller);
    }
    next();
  };
}

async function identify(access: AccessControl, request: Request): Promise<Caller> {
  const secret = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
  if (secret !== undefined) return access.byKey(secret, addressOf(request));
  const token = sessionTokenOf(request.get('cookie'));
  if (token !== undefined) return access.bySession(token);
  throw keyRequired();
}

/** Where a request comes from, as far as the trusted proxies tell. */
export function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}

/**
 * A browser sends the cookie with what any page of this site makes it send; the token in the header
 * shows that the page is ours. It stands behind SameSite and the check of the origin, for browsers
 * that know neither and for pages of other ports of this host, which share its cookies.
 */
function requireToken(request: Request, { via, csrfToken }: Caller): void {
  if (via === 'key' || isSafeMethod(request.method)) return;
  if (csrfToken !== null && sameText(request.get(CSRF_HEADER) ?? '', csrfToken)) return;
  throw new AppError(
    'csrf_refused',
    `A ${request.method} with the cookie of a session needs the header ${CSRF_HEADER} with the csrf_token that GET /session/ tells. Programs send a key instead.`,
  );
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
