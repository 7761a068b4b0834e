import { API_PREFIX, segmentStatsSchema } from '@segcast/contracts';
import { readSegment } from '@segcast/store';
import { defineRoute } from '../http/route.ts';
import { SEGMENT_STATS } from '../openapi/examples.ts';
import { readSegmentStats } from '../segments/segment-stats.ts';
import { segmentParams } from './parameters.ts';

export const segmentStats = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/ml/stats/`,
  summary: 'The latest stats of a segment',
  tag: 'Segments',
  params: segmentParams,
  responses: {
    200: {
      description:
        'Each part from the newest run that computed it; zero counts and null averages where none did.',
      schema: segmentStatsSchema,
      example: SEGMENT_STATS,
    },
  },
  errors: ['segment_not_found'],
  handler: async ({ params }, deps) => {
    const segment = await readSegment(deps.store, params.id);
    const [stats] = await readSegmentStats(deps, [segment]);
    return { status: 200, body: stats! };
  },
});
