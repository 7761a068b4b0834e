import { API_PREFIX, segmentSchema } from '@segcast/contracts';
import { readSegment as readRecord } from '@segcast/store';
import { versionTag } from '../http/etag.ts';
import { defineRoute } from '../http/route.ts';
import { SEGMENT } from '../openapi/examples.ts';
import { presentSegment } from '../segments/present-segments.ts';
import { segmentParams } from './parameters.ts';

export const readSegment = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/`,
  summary: 'One segment, with its latest run',
  tag: 'Segments',
  params: segmentParams,
  responses: {
    200: {
      description: 'The segment.',
      schema: segmentSchema,
      example: SEGMENT,
      headers: { ETag: 'The version of what clients have written, for `If-Match`.' },
    },
  },
  errors: ['segment_not_found'],
  handler: async ({ params }, deps) => {
    const record = await readRecord(deps.store, params.id);
    const headers = { ETag: versionTag(record.version) };
    return { status: 200, headers, body: await presentSegment(deps, record) };
  },
});
