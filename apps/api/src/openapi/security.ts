import type { ErrorCode } from '@segcast/contracts';
import { neededAccess } from '../http/needed-access.ts';
import type { Route } from '../http/route.ts';

type Json = Record<string, unknown>;

/** The two ways to show a key. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A key. None is needed on loopback as long as no key exists.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'segcast_session',
    description:
      'The cookie of a session, which a key opens. Writes with it also send the value of the cookie `XSRF-TOKEN` as the header `X-XSRF-TOKEN`.',
  },
};

/** What an operation says of the key that it needs. */
export function securityOf(route: Route): Json {
  const access = neededAccess(route);
  if (access === 'public') return { security: [] };
  return { security: [{ bearer: [] }, { session: [] }], 'x-needed-role': access };
}

/** The refusals that its access makes possible. */
export function accessErrors(route: Route): ErrorCode[] {
  if (neededAccess(route) === 'public') return [];
  const errors: ErrorCode[] = ['key_required', 'key_invalid', 'key_expired', 'session_ended'];
  errors.push('role_too_small', 'rate_limited');
  if (route.method !== 'get') errors.push('csrf_refused');
  return errors;
}
