import {
  API_PREFIX,
  audienceListSchema,
  audienceSchema,
  createAudienceSchema,
  type Audience,
} from '@segcast/contracts';
import { createAudience as create } from '@segcast/runs';
import {
  deleteAudience as remove,
  listAudiences as list,
  readAudience as read,
  type AudienceRecord,
} from '@segcast/store';
import { defineRoute } from '../http/route.ts';
import { AUDIENCE } from '../openapi/campaign-examples.ts';
import { audienceParams, pageQuery, runParams } from './parameters.ts';

const AUDIENCES = `${API_PREFIX}/audiences/`;

export const createAudience = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/ml/runs/{run_id}/audiences/`,
  summary: "Freeze the customers of a run's results that a filter lets through",
  tag: 'Audiences',
  params: runParams,
  body: createAudienceSchema,
  bodyExample: { name: 'Win back, May', filter: { risk: 'high' }, control_share: 0.1 },
  responses: {
    201: {
      description:
        'The audience, which outlives the predictions and the run that it was made of. It has everybody whom the results with the same filter show now, each in the target or in the control group.',
      schema: audienceSchema,
      example: AUDIENCE,
      headers: { Location: 'The audience.' },
    },
  },
  errors: [
    'run_not_found',
    'segment_not_found',
    'run_unfinished',
    'run_unsuccessful',
    'predictions_deleted',
    'too_many_exports',
  ],
  handler: async ({ params, body, signal }, deps) => {
    const { name, filter, control_share: controlShare } = body;
    // It reads all of the results, as an export does.
    const release = deps.exportSlots.take();
    try {
      const request = { name, filter, controlShare };
      const made = await create(deps, params.run_id, request, signal);
      const headers = { Location: `${AUDIENCES}${made.id}/` };
      return { status: 201, headers, body: present(made) };
    } finally {
      release();
    }
  },
});

export const listAudiences = defineRoute({
  method: 'get',
  path: AUDIENCES,
  summary: 'Audiences, newest first',
  tag: 'Audiences',
  query: pageQuery,
  responses: {
    200: {
      description: 'A page of them, without their members.',
      schema: audienceListSchema,
      example: { results: [AUDIENCE], next_cursor: null },
    },
  },
  handler: async ({ query }, { store }) => {
    const { results, next_cursor } = await list(store, query);
    return { status: 200, body: { results: results.map(present), next_cursor } };
  },
});

export const readAudience = defineRoute({
  method: 'get',
  path: `${AUDIENCES}{audience_id}/`,
  summary: 'One audience',
  tag: 'Audiences',
  params: audienceParams,
  responses: { 200: { description: 'It.', schema: audienceSchema, example: AUDIENCE } },
  errors: ['audience_not_found'],
  handler: async ({ params }, { store }) => ({
    status: 200,
    body: present(await read(store, params.audience_id)),
  }),
});

export const deleteAudience = defineRoute({
  method: 'delete',
  path: `${AUDIENCES}{audience_id}/`,
  summary: 'Delete an audience',
  tag: 'Audiences',
  params: audienceParams,
  responses: { 204: { description: 'It is gone, with its members.' } },
  errors: ['audience_not_found'],
  handler: async ({ params }, { store }) => {
    await remove(store, params.audience_id);
    return { status: 204 };
  },
});

function present(audience: AudienceRecord): Audience {
  return {
    audience_id: audience.id,
    name: audience.name,
    run_id: audience.runId,
    segment_id: audience.segmentId,
    segment_name: audience.segmentName,
    filter: audience.filter,
    control_share: audience.controlShare,
    count: audience.count,
    control_count: audience.controlCount,
    created_at: audience.createdAt.toISOString(),
  };
}
