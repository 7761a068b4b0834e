import { API_PREFIX, mlStatusSchema } from '@segcast/contracts';
import { listRunRecords, type Store } from '@segcast/store';
import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { buildDocument } from '../openapi/build-document.ts';

export const mlStatus = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/ml/status/`,
  summary: 'The models and the engine that a run submitted now would use',
  tag: 'Service',
  responses: {
    200: { description: 'Versions, and which are placeholders.', schema: mlStatusSchema },
  },
  handler: async (_request, { store, settings, scorer, warning }) => ({
    status: 200,
    body: {
      engine: { wanted: settings.engine, last_used: await readLastEngine(store) },
      loaded: scorer.isReady,
      models: settings.models,
      churn_thresholds: settings.churnThresholds,
      warning,
    },
  }),
});

async function readLastEngine(store: Store): Promise<string | null> {
  const { results } = await listRunRecords(store, { status: 'succeeded' }, { limit: 1 });
  return results[0]?.engine ?? null;
}

/** The API document of the routes given and of itself. */
export function apiDocument(routes: readonly Route[]): Route {
  const route = defineRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Service',
    responses: {
      200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) },
    },
    handler: () => ({ status: 200, body: document }),
  });
  const document = buildDocument([...routes, route]);
  return route;
}
