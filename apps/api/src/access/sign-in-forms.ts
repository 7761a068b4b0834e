import { AppError } from '@segcast/contracts';
import { Router, urlencoded, type ErrorRequestHandler, type Request, type Response } from 'express';
import { renderSignIn } from '../pages/sign-in-page.ts';
import type { AccessControl } from './access-control.ts';
import { addressOf } from './gate.ts';
import { endedCookies, sessionCookies, sessionTokenOf } from './session-cookies.ts';

/** Bytes of a form: a key and a path. */
const FORM_LIMIT = 16 * 1024;

/**
 * Signing in and out for people, by plain forms, so that no page of ours needs a script for it.
 * They answer without a key.
 */
export function signInForms(access: AccessControl): Router {
  const router = Router();
  router.get('/sign-in', async (_request, response) => {
    if (await access.isOpen()) response.redirect(303, '/');
    else sendSignIn(response, 200, { to: '/' });
  });
  router.post(
    '/sign-in',
    urlencoded({ extended: false, limit: FORM_LIMIT }),
    async (request, response) => {
      const { key, to } = fieldsOf(request);
      try {
        const signedIn = await access.signIn(key, addressOf(request));
        response.setHeader('Set-Cookie', sessionCookies(signedIn, request.secure));
        response.redirect(303, to);
      } catch (error) {
        if (!(error instanceof AppError) || error.retryable) throw error;
        sendSignIn(response, 401, { to, refusal: error.message });
      }
    },
  );
  router.post('/sign-out', async (request, response) => {
    const token = sessionTokenOf(request.get('cookie'));
    if (token !== undefined) await access.signOut(token);
    response.setHeader('Set-Cookie', endedCookies());
    response.redirect(303, '/sign-in');
  });
  return router;
}

/** A browser that is sent away for want of a key gets the form in place of the page it asked for. */
export function signInInstead(): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const isRefused = error instanceof AppError && error.code in REASONS;
    if (!isRefused || request.method !== 'GET' || request.accepts(['json', 'html']) !== 'html') {
      next(error);
      return;
    }
    const reason = REASONS[error.code];
    sendSignIn(response, 401, { to: request.originalUrl, ...(reason && { refusal: reason }) });
  };
}

const REASONS: Record<string, string> = {
  key_required: '',
  session_ended: 'Your session is over, or its key is no longer good. Sign in again.',
};

function sendSignIn(
  response: Response,
  status: 200 | 401,
  page: { to: string; refusal?: string },
): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="segcast"');
  response.status(status).set('Cache-Control', 'no-store').type('html').send(renderSignIn(page));
}

function fieldsOf(request: Request): { key: string; to: string } {
  const { key, to } = (request.body ?? {}) as Record<string, unknown>;
  return { key: typeof key === 'string' ? key.trim() : '', to: localPath(to) };
}

/** The path to go on to; never another site. */
function localPath(to: unknown): string {
  if (typeof to !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to)) return '/';
  return to;
}
