import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './paging.ts';
import { aggregatedStatsSchema } from './stats.ts';
import { segmentStatsSchema } from './run.ts';

const CHURN_METRICS = [
  'churn.avg_probability',
  'churn.high',
  'churn.medium',
  'churn.low',
  'churn.count',
  'churn.high_percentage',
  'churn.medium_percentage',
  'churn.low_percentage',
] as const;
const NBO_METRICS = ['nbo.avg_confidence', 'nbo.count'] as const;
const RFM_METRICS = ['rfm.avg_r', 'rfm.avg_f', 'rfm.avg_m', 'rfm.count'] as const;

/** A number of the stats by its path. */
export const trendMetricSchema = z.enum([...CHURN_METRICS, ...NBO_METRICS, ...RFM_METRICS]);
export type TrendMetric = z.infer<typeof trendMetricSchema>;

const momentSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .meta({ description: 'ISO 8601; a date means its first moment in UTC.' });

export const trendQuerySchema = pageQuerySchema
  .extend({
    metric: trendMetricSchema.optional(),
    from: momentSchema.optional(),
    to: momentSchema.optional(),
  })
  .strict();

export const trendPointSchema = z.object({
  run_id: z.uuid(),
  computed_at: z.iso.datetime(),
  member_count: z.int(),
  /** With a metric, the part of the stats that it belongs to. */
  stats: aggregatedStatsSchema,
  /** Of the metric asked for; null where it has no value, as with no members. */
  value: z.number().nullable().optional(),
});
export type TrendPoint = z.infer<typeof trendPointSchema>;

export const trendSchema = pageSchema(trendPointSchema).extend({
  segment_id: z.int(),
  segment_name: z.string(),
  metric: trendMetricSchema.nullable(),
});

const difference = z.number().nullable();

/** Numbers of the newest run less those of the run before; null where there are not two. */
export const statsChangeSchema = z.object({
  since: z.iso.datetime().nullable(),
  members: z.int().nullable(),
  churn: z
    .object({ avg_probability: difference, high: z.int(), high_percentage: z.number() })
    .nullable(),
  nbo: z.object({ avg_confidence: difference }).nullable(),
  rfm: z.object({ avg_r: difference, avg_f: difference, avg_m: difference }).nullable(),
});
export type StatsChange = z.infer<typeof statsChangeSchema>;

export const segmentHealthSchema = segmentStatsSchema.extend({ change: statsChangeSchema });
export type SegmentHealth = z.infer<typeof segmentHealthSchema>;

export const healthTableSchema = pageSchema(segmentHealthSchema).extend({ count: z.int() });
