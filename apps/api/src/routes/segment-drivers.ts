import { API_PREFIX, segmentDriversSchema, type SegmentDrivers } from '@segcast/contracts';
import { readDrivers, readSegment } from '@segcast/store';
import { defineRoute } from '../http/route.ts';
import { SEGMENT_DRIVERS } from '../openapi/model-examples.ts';
import { segmentParams } from './parameters.ts';

export const segmentDrivers = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/ml/drivers/`,
  summary: 'Why members of a segment are at risk, by the newest run with `"explain": true`',
  tag: 'Segments',
  params: segmentParams,
  responses: {
    200: {
      description:
        'Mean contributions to the probability of churn; empty before the first such run.',
      schema: segmentDriversSchema,
      example: SEGMENT_DRIVERS,
    },
  },
  errors: ['segment_not_found'],
  handler: async ({ params }, { store }) => {
    const { id, name } = await readSegment(store, params.id);
    const found = await readDrivers(store, id);
    const body: SegmentDrivers = {
      segment_id: id,
      segment_name: name,
      run_id: found?.runId ?? null,
      computed_at: found?.finishedAt.toISOString() ?? null,
      model_version: found?.modelVersion ?? null,
      ...(found?.drivers ?? { explained_members: 0, baseline: null, drivers: [] }),
    };
    return { status: 200, body };
  },
});
