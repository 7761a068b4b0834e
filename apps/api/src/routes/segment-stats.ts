import { API_PREFIX, healthTableSchema, segmentStatsSchema } from '@segcast/contracts';
import { listSegments, readSegment } from '@segcast/store';
import { etagOf, isKnown } from '../http/etag.ts';
import { defineRoute } from '../http/route.ts';
import { SEGMENT_STATS } from '../openapi/examples.ts';
import { HEALTH_TABLE } from '../openapi/trend-examples.ts';
import { cachedSegmentStats, statsTags } from '../segments/cached-stats.ts';
import { readLatestRuns, toSegmentStats } from '../segments/segment-stats.ts';
import { statsChange } from '../segments/stats-change.ts';
import { pageQuery, segmentParams } from './parameters.ts';

/** May be kept by the client alone, and must be asked about each time: a 304 costs next to nothing. */
const REVALIDATE = 'private, no-cache';
const CONDITIONAL = { 'If-None-Match': 'The `ETag` of the answer that is already known.' };
const CACHE_HEADERS = {
  ETag: 'Changes with the stats and with whatever could make them stale.',
  'Cache-Control': 'Keep it, and ask each time whether it still holds.',
};
const NOT_MODIFIED = { description: 'What is known still holds.', headers: CACHE_HEADERS };

export const segmentStats = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/ml/stats/`,
  summary: 'The latest stats of a segment',
  tag: 'Segments',
  params: segmentParams,
  headers: CONDITIONAL,
  responses: {
    200: {
      description:
        'Each part from the newest run that computed it; zero counts and null averages where none did.',
      schema: segmentStatsSchema,
      headers: CACHE_HEADERS,
      example: SEGMENT_STATS,
    },
    304: NOT_MODIFIED,
  },
  errors: ['segment_not_found'],
  handler: async ({ params, header }, deps) => {
    const segment = await readSegment(deps.store, params.id);
    const [tag = ''] = await statsTags(deps, [segment]);
    const headers = { ETag: tag, 'Cache-Control': REVALIDATE };
    if (isKnown(header('if-none-match'), tag)) return { status: 304, headers };
    return { status: 200, headers, body: await cachedSegmentStats(deps, segment, tag) };
  },
});

export const healthTable = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/ml/stats/`,
  summary: 'Every active segment with its latest stats and the change since the run before',
  tag: 'Segments',
  query: pageQuery,
  headers: CONDITIONAL,
  responses: {
    200: {
      description: 'A page of the health table, by segment.',
      schema: healthTableSchema,
      headers: CACHE_HEADERS,
      example: HEALTH_TABLE,
    },
    304: NOT_MODIFIED,
  },
  handler: async ({ query, header }, deps) => {
    const { results: segments, ...rest } = await listSegments(
      deps.store,
      { isActive: true },
      query,
    );
    const tag = etagOf(await statsTags(deps, segments), rest);
    const headers = { ETag: tag, 'Cache-Control': REVALIDATE };
    if (isKnown(header('if-none-match'), tag)) return { status: 304, headers };
    const [latest, previous] = await Promise.all([
      readLatestRuns(deps, segments),
      readLatestRuns(deps, segments, 1),
    ]);
    const results = segments.map((segment, i) => ({
      ...toSegmentStats(deps, segment, latest[i]!),
      change: statsChange(latest[i]!, previous[i]!),
    }));
    return { status: 200, headers, body: { ...rest, results } };
  },
});
