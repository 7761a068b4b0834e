import { API_PREFIX, segmentListSchema, segmentQuerySchema } from '@segcast/contracts';
import { listSegments as listRecords } from '@segcast/store';
import { defineRoute } from '../http/route.ts';
import { presentSegments } from '../segments/present-segments.ts';

export const listSegments = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/`,
  summary: 'Segments by id, with the latest run of each',
  tag: 'Segments',
  query: segmentQuerySchema,
  responses: { 200: { description: 'A page of segments.', schema: segmentListSchema } },
  handler: async ({ query: { search, is_active, ...page } }, deps) => {
    const isActive = is_active === undefined ? undefined : is_active === 'true';
    const { results, ...rest } = await listRecords(deps.store, { search, isActive }, page);
    const segments = await presentSegments(deps, results);
    return { status: 200, body: { ...rest, results: segments } };
  },
});
