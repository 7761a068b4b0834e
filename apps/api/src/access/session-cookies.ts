import { parse, serialize } from 'cookie';
import type { SignedIn } from './access-control.ts';

const SESSION_COOKIE = 'segcast_session';
/** The names that axios, and so Bull Board, looks for and sends. */
const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'X-XSRF-TOKEN';

/** The session's token in a Cookie header, if there is one. */
export function sessionTokenOf(cookies: string | undefined): string | undefined {
  return parse(cookies ?? '')[SESSION_COOKIE];
}

/**
 * The values of Set-Cookie that begin a session. No script sees the session; no other site's page
 * makes the browser send it.
 * @param secure whether the browser came by https, so that the cookies may keep to it
 */
export function sessionCookies({ token, caller, expiresAt }: SignedIn, secure: boolean): string[] {
  const facts = { path: '/', sameSite: 'strict', secure, expires: expiresAt } as const;
  return [
    serialize(SESSION_COOKIE, token, { ...facts, httpOnly: true }),
    serialize(CSRF_COOKIE, caller.csrfToken ?? '', facts),
  ];
}

/** The values of Set-Cookie that end it. */
export function endedCookies(): string[] {
  const facts = { path: '/', sameSite: 'strict', maxAge: 0 } as const;
  return [
    serialize(SESSION_COOKIE, '', { ...facts, httpOnly: true }),
    serialize(CSRF_COOKIE, '', facts),
  ];
}
