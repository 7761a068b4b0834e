import {
  API_PREFIX,
  AppError,
  createKeySchema,
  keyListSchema,
  newKeySchema,
} from '@segcast/contracts';
import { createApiKey, listApiKeys, presentApiKey, revokeApiKey } from '@segcast/store';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { KEY } from '../openapi/access-examples.ts';
import { pageQuery } from './parameters.ts';

export const listKeys = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/keys/`,
  summary: 'The keys, without their secrets',
  tag: 'Access',
  access: 'admin',
  query: pageQuery,
  responses: { 200: { description: 'A page of them, oldest first.', schema: keyListSchema } },
  handler: async ({ query }, { store }) => {
    const { results, next_cursor } = await listApiKeys(store, query);
    return { status: 200, body: { results: results.map(presentApiKey), next_cursor } };
  },
});

export const createKey = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/keys/`,
  summary: 'Create a key; its secret is shown this once',
  tag: 'Access',
  access: 'admin',
  body: createKeySchema,
  bodyExample: { name: 'Dashboard', role: 'read', expires_at: '2030-01-01T00:00:00Z' },
  responses: {
    201: {
      description: 'The key with its secret. The first key closes an open service.',
      schema: newKeySchema,
      example: { ...KEY, secret: 'segcast_4f1hZk3mQ8vYt2LwXcE7rBn0uSjDgPaK9iVoMyTqHxU' },
    },
  },
  handler: async ({ body: { name, role, expires_at: expires } }, { store, access }) => {
    const expiresAt = expires == null ? null : new Date(expires);
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) throw inThePast(expiresAt);
    const { record, secret } = await createApiKey(store, { name, role, expiresAt });
    access.forget();
    return { status: 201, body: { ...presentApiKey(record), secret } };
  },
});

export const revokeKey = defineRoute({
  method: 'delete',
  path: `${API_PREFIX}/keys/{key_id}/`,
  summary: 'Revoke a key, and end its sessions',
  tag: 'Access',
  access: 'admin',
  params: z.object({
    key_id: z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1),
  }),
  responses: {
    204: { description: 'It is refused from now on, by every process within a second.' },
  },
  errors: ['key_not_found'],
  handler: async ({ params: { key_id: id } }, { store, access }) => {
    await revokeApiKey(store, id);
    access.forget();
    return { status: 204 };
  },
});

function inThePast(expiresAt: Date): AppError {
  const detail = 'must be in the future';
  return new AppError(
    'invalid_request',
    `The key would have expired on ${expiresAt.toISOString()} already: /expires_at ${detail}.`,
    { errors: [{ pointer: '/expires_at', detail }] },
  );
}
