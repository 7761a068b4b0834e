import {
  API_PREFIX,
  predictionTypeSchema,
  trendQuerySchema,
  trendSchema,
  type AggregatedStats,
  type Predictor,
  type TrendMetric,
  type TrendPoint,
} from '@segcast/contracts';
import { listTrend, readSegment, type TrendPoint as StoredPoint } from '@segcast/store';
import { defineRoute } from '../http/route.ts';
import { TREND } from '../openapi/trend-examples.ts';
import { segmentParams } from './parameters.ts';

export const segmentTrends = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/ml/trends/`,
  summary: 'What the runs of a segment found, in the order of time',
  tag: 'Segments',
  params: segmentParams,
  query: trendQuerySchema,
  responses: {
    200: {
      description:
        'A point for each succeeded run, from `from` on and before `to`; with a metric only of the runs that computed it.',
      schema: trendSchema,
      example: TREND,
    },
  },
  errors: ['segment_not_found'],
  handler: async ({ params, query: { metric, from, to, ...page } }, { store }) => {
    const { id, name } = await readSegment(store, params.id);
    const [predictor, field] = splitMetric(metric);
    const types = predictor === null ? predictionTypeSchema.options : (['all', predictor] as const);
    const filter = { segmentId: id, types, from: momentOf(from), to: momentOf(to) };
    const { results, next_cursor } = await listTrend(store, filter, page);
    return {
      status: 200,
      body: {
        segment_id: id,
        segment_name: name,
        metric: metric ?? null,
        results: results.map((point) => toPoint(point, predictor, field)),
        next_cursor,
      },
    };
  },
});

function splitMetric(metric: TrendMetric | undefined): [Predictor | null, string] {
  if (metric === undefined) return [null, ''];
  return metric.split('.') as [Predictor, string];
}

function momentOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function toPoint(
  { runId, computedAt, members, stats }: StoredPoint,
  predictor: Predictor | null,
  field: string,
): TrendPoint {
  const point = { run_id: runId, computed_at: computedAt.toISOString(), member_count: members };
  if (predictor === null) return { ...point, stats };
  const part: AggregatedStats = { [predictor]: stats[predictor] };
  const numbers = (stats[predictor] ?? {}) as Record<string, number | null>;
  return { ...point, stats: part, value: numbers[field] ?? null };
}
