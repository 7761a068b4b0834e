import { z } from 'zod';

const share = z.number().min(0).max(100);
const counts = z.record(z.string(), z.int());
const ranked = z.array(z.tuple([z.string(), z.int()]));

export const churnStatsSchema = z.object({
  high: z.int(),
  medium: z.int(),
  low: z.int(),
  count: z.int(),
  avg_probability: z.number().nullable(),
  high_percentage: share,
  medium_percentage: share,
  low_percentage: share,
  histogram: z.array(z.int()).length(100),
});
export type ChurnStats = z.infer<typeof churnStatsSchema>;

export const nboStatsSchema = z.object({
  top_offers: ranked,
  distribution: counts,
  avg_confidence: z.number().nullable(),
  count: z.int(),
});
export type NboStats = z.infer<typeof nboStatsSchema>;

export const rfmStatsSchema = z.object({
  distribution: counts,
  top_segments: ranked,
  avg_r: z.number().nullable(),
  avg_f: z.number().nullable(),
  avg_m: z.number().nullable(),
  count: z.int(),
});
export type RfmStats = z.infer<typeof rfmStatsSchema>;

/** The aggregates of a run for one segment; only the predictors asked for are present. */
export const aggregatedStatsSchema = z.object({
  churn: churnStatsSchema.optional(),
  nbo: nboStatsSchema.optional(),
  rfm: rfmStatsSchema.optional(),
});
export type AggregatedStats = z.infer<typeof aggregatedStatsSchema>;
