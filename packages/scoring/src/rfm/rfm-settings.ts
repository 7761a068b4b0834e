import { z } from 'zod';
import { DEFAULT_RFM_SEGMENTS, rfmSegmentsSchema } from './rfm-segments.ts';

const four = z.tuple([z.number(), z.number(), z.number(), z.number()]);
// Quintiles may coincide: the better score then takes all of them.
const ascending = four.refine((t) => t[0] <= t[1] && t[1] <= t[2] && t[2] <= t[3], {
  error: 'must not fall: the first is for score 5, the last for score 2',
});
const descending = four.refine((t) => t[0] >= t[1] && t[1] >= t[2] && t[2] >= t[3], {
  error: 'must not rise: the first is for score 5, the last for score 2',
});
const column = z.string().min(1);

export const rfmSettingsSchema = z.strictObject({
  columns: z.strictObject({ recency: column, frequency: column, monetary: column }),
  /** At most so many days for a score of 5, 4, 3, 2; else 1. */
  recency: ascending,
  /** At least so many transactions for a score of 5, 4, 3, 2; else 1. */
  frequency: descending,
  /** At least such an amount for a score of 5, 4, 3, 2; else 1. */
  monetary: descending,
  segments: rfmSegmentsSchema,
});
/** Whether the bounds are given by the configuration or are quintiles of the warehouse. */
export type RfmMode = 'thresholds' | 'quantile';

/** All that decides an RFM score and its name; plain JSON, so that a run can keep its own. */
export type RfmSettings = z.infer<typeof rfmSettingsSchema>;

export const DEFAULT_RFM_SETTINGS: RfmSettings = {
  columns: {
    recency: 'days_since_last_transaction',
    frequency: 'transaction_count',
    monetary: 'total_revenue',
  },
  recency: [30, 60, 90, 180],
  frequency: [20, 10, 5, 2],
  monetary: [1000, 500, 200, 100],
  segments: DEFAULT_RFM_SEGMENTS,
};
