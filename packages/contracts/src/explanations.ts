import { z } from 'zod';

/** Shapley values: the baseline and the contributions sum to the probability. */
export const explanationSchema = z.object({
  baseline: z.number(),
  contributions: z.array(
    z.object({
      feature: z.string(),
      value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
      contribution: z.number(),
    }),
  ),
  /** Of a BG/NBD model: what it says beside churn, which is to buy nothing within its horizon. */
  lifetime: z
    .object({
      probability_alive: z.number(),
      /** Within the horizon. */
      expected_purchases: z.number(),
      horizon_days: z.number(),
    })
    .optional(),
});
export type ChurnExplanation = z.infer<typeof explanationSchema>;

/** Why members of a segment are at risk: means over those explained, the largest first. */
export const driverListSchema = z.object({
  explained_members: z.int(),
  /** The mean probability of customers of whom nothing is known. */
  baseline: z.number(),
  drivers: z.array(
    z.object({
      feature: z.string(),
      mean_contribution: z.number(),
      mean_absolute_contribution: z.number(),
    }),
  ),
});
export type DriverList = z.infer<typeof driverListSchema>;

export const segmentDriversSchema = z.object({
  segment_id: z.int(),
  segment_name: z.string(),
  /** The newest run that was asked to explain; null where none was. */
  run_id: z.uuid().nullable(),
  computed_at: z.iso.datetime().nullable(),
  model_version: z.string().nullable(),
  explained_members: z.int(),
  baseline: z.number().nullable(),
  drivers: driverListSchema.shape.drivers,
});
export type SegmentDrivers = z.infer<typeof segmentDriversSchema>;

/** How far a model's inputs are from those it has learnt from, by a sample of a run's members. */
export const driftSchema = z.object({
  members: z.int(),
  /** The population stability index of each, the greatest first. */
  inputs: z.array(
    z.object({
      column: z.string(),
      psi: z.number(),
      state: z.enum(['stable', 'moderate', 'significant']),
    }),
  ),
});
export type Drift = z.infer<typeof driftSchema>;
