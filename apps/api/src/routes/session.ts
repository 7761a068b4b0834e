import { API_PREFIX, sessionSchema, signInSchema } from '@segcast/contracts';
import { presentCaller } from '../access/present-caller.ts';
import { endedCookies, sessionCookies, sessionTokenOf } from '../access/session-cookies.ts';
import { defineRoute } from '../http/route.ts';
import { SESSION } from '../openapi/access-examples.ts';

const path = `${API_PREFIX}/session/`;
const tag = 'Access';

export const signIn = defineRoute({
  method: 'post',
  path,
  summary: 'Sign in with a key, for a browser that then needs only its cookie',
  tag,
  access: 'public',
  body: signInSchema,
  bodyExample: { key: 'segcast_4f1hZk3mQ8vYt2LwXcE7rBn0uSjDgPaK9iVoMyTqHxU' },
  responses: {
    200: {
      description: 'The session has begun.',
      schema: sessionSchema,
      example: SESSION,
      headers: { 'Set-Cookie': 'The session, and the token that its writes must carry.' },
    },
  },
  errors: ['key_invalid', 'key_expired', 'rate_limited'],
  handler: async ({ body, client }, { access }) => {
    const signedIn = await access.signIn(body.key, client.address);
    return {
      status: 200,
      headers: { 'Set-Cookie': sessionCookies(signedIn, client.secure) },
      body: presentCaller(signedIn.caller),
    };
  },
});

export const readSession = defineRoute({
  method: 'get',
  path,
  summary: 'Who calls, and what they may do',
  tag,
  access: 'read',
  responses: { 200: { description: 'The caller.', schema: sessionSchema, example: SESSION } },
  handler: ({ client }) => ({ status: 200, body: presentCaller(client.caller) }),
});

export const signOut = defineRoute({
  method: 'delete',
  path,
  summary: 'Sign out: the session is over everywhere',
  tag,
  // Everybody may end what is theirs.
  access: 'read',
  responses: {
    204: {
      description: 'There is no session any more.',
      headers: { 'Set-Cookie': 'Empty cookies, which have expired.' },
    },
  },
  handler: async ({ header }, { access }) => {
    const token = sessionTokenOf(header('cookie'));
    if (token !== undefined) await access.signOut(token);
    return { status: 204, headers: { 'Set-Cookie': endedCookies() } };
  },
});
