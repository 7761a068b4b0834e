import { z } from 'zod';
import { driftSchema } from './explanations.ts';
import { modelMetricsSchema, modelScoresSchema } from './model-metrics.ts';

export const modelNameSchema = z.enum(['churn', 'nbo', 'rfm']);

const versionName = z.string().min(1).max(64);

export const activateModelSchema = z.strictObject({
  version: versionName,
  force: z.boolean().default(false),
});

export const compareQuerySchema = z.strictObject({
  a: versionName,
  /** Without it, the version in use. */
  b: versionName.optional(),
});

const bounds = z.tuple([z.number(), z.number(), z.number(), z.number()]);

export const modelVersionSchema = z.object({
  version: z.string(),
  active: z.boolean(),
  placeholder: z.boolean(),
  source: z.enum(['shipped', 'imported', 'trained', 'configured', 'computed']),
  registered_at: z.iso.datetime(),
  /** The warehouse columns it reads, in order. */
  inputs: z.array(z.string()),
  /** Measured on held-out customers; null where none were. */
  metrics: modelMetricsSchema.nullable(),
  /** Of RFM: the bounds of the scores 5, 4, 3 and 2. */
  rfm: z.object({ recency: bounds, frequency: bounds, monetary: bounds }).nullable(),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const modelSummarySchema = z.object({
  name: modelNameSchema,
  active_version: z.string(),
  placeholder: z.boolean(),
  /** How many versions there are. */
  versions: z.int(),
  metrics: modelMetricsSchema.nullable(),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

export const modelListSchema = z.object({
  results: z.array(modelSummarySchema),
  next_cursor: z.null(),
});

export const modelSchema = modelSummarySchema.extend({
  /** The newest first. */
  versions: z.array(modelVersionSchema),
  /**
   * How far its inputs are from those learnt from, by the newest run that measured it, a nightly one
   * where there is one; null before such a run, or where the version has no histograms.
   */
  drift: driftSchema
    .extend({
      run_id: z.uuid(),
      /** Null for a run of all active segments. */
      segment_name: z.string().nullable(),
      measured_at: z.iso.datetime(),
    })
    .nullable(),
  /** What must be said wherever its numbers are shown. */
  warning: z.string().nullable(),
});
export type ModelDetail = z.infer<typeof modelSchema>;

export const modelSwitchSchema = z.object({
  name: modelNameSchema,
  /** The version in use before, or null. */
  previous_version: z.string().nullable(),
  active_version: z.string(),
});
export type ModelSwitch = z.infer<typeof modelSwitchSchema>;

export const modelComparisonSchema = z.object({
  name: modelNameSchema,
  a: modelVersionSchema,
  b: modelVersionSchema,
  /** Of each figure that both have: a less b. */
  differences: modelScoresSchema,
  inputs_only_in_a: z.array(z.string()),
  inputs_only_in_b: z.array(z.string()),
  /** Why a would not take the place of b without force; null where it would. */
  objection: z.string().nullable(),
});
export type ModelComparison = z.infer<typeof modelComparisonSchema>;
