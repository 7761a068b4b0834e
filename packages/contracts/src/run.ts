import { z } from 'zod';
import { churnThresholdsSchema, predictionTypeSchema } from './prediction-types.ts';
import { problemSchema } from './problem.ts';
import { failureItemSchema, resultItemSchema } from './results.ts';
import { aggregatedStatsSchema } from './stats.ts';
import { targetUrlSchema } from './target-url.ts';
import { trainingRunSchema } from './training.ts';

export const runStatusSchema = z.enum([
  'queued',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
]);
/** As clients see it; the planning of shards shows as `running`. */
export type RunStatus = z.infer<typeof runStatusSchema>;

const FINISHED: ReadonlySet<string> = new Set<RunStatus>(['succeeded', 'failed', 'cancelled']);

/** Whether a run will not change any more. */
export function isFinished({ status }: { status: string }): boolean {
  return FINISHED.has(status);
}

export const predictRequestSchema = z.strictObject({
  type: predictionTypeSchema.default('all'),
  /** Whether to explain what drives churn: see /segments/{id}/ml/drivers/. */
  explain: z.boolean().default(false),
  callback_url: targetUrlSchema.optional().meta({
    description: "Told by POST when the run has ended, also when it is another submit's run.",
  }),
});

export const usedModelSchema = z.object({ version: z.string(), placeholder: z.boolean() });

/** One for each predictor asked for. */
export const usedModelsSchema = z.object({
  churn: usedModelSchema.optional(),
  nbo: usedModelSchema.optional(),
  rfm: usedModelSchema.optional(),
});

export const progressSchema = z.object({
  total: z.int(),
  processed: z.int(),
  fraction: z.number().min(0).max(1),
  customers_per_second: z.number().nullable(),
  eta_seconds: z.number().nullable(),
});

/** A run without its results: what lists and segments show. */
export const runSummarySchema = z.object({
  run_id: z.uuid(),
  segment_id: z.int().nullable().meta({
    description:
      'Null for a training, and for a nightly run as a whole, whose numbers are those of everybody in any of its segments. Asked for one segment, it is that segment, and so are the numbers; progress stays that of the run.',
  }),
  segment_name: z.string().nullable(),
  type: predictionTypeSchema,
  mode: z.enum(['segment', 'nightly', 'training']),
  status: runStatusSchema,
  progress: progressSchema,
  total_customers: z.int(),
  processed: z.int(),
  successful: z.int(),
  failed: z.int(),
  imputed: z.int(),
  warning: z.string().nullable(),
  aggregated_stats: aggregatedStatsSchema,
  partial: z.literal(true).optional(),
  models: usedModelsSchema,
  churn_thresholds: churnThresholdsSchema.meta({
    description:
      "Above which a churn risk is high, and medium. Of a training and of a nightly run as a whole the service's own; its segments are counted by theirs.",
  }),
  rule_hash: z.string().meta({
    description:
      "SHA-256 of the rule in a canonical form. Of a nightly run as a whole the SHA-256 of its segments' ids and rule hashes, of a training that of its options.",
  }),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  duration_ms: z.int().nullable(),
  error: problemSchema.nullable(),
  links: z.record(z.string(), z.string()),
  deduplicated: z.literal(true).optional(),
  /** Of a run of the mode `training` only. */
  ...trainingRunSchema.partial().shape,
});
export type RunSummary = z.infer<typeof runSummarySchema>;
/** The models of a run, one per predictor it asked for. */
export type RunModels = RunSummary['models'];

/** What a nightly run found of one of its segments. */
export const runSegmentSchema = z.object({
  segment_id: z.int(),
  segment_name: z.string(),
  total_customers: z.int(),
  successful: z.int(),
  failed: z.int(),
  aggregated_stats: aggregatedStatsSchema,
  error: problemSchema.nullable().meta({
    description: 'Why the segment was left out, such as a rule that the warehouse no longer fits.',
  }),
});
export type RunSegment = z.infer<typeof runSegmentSchema>;

export const runSchema = runSummarySchema.extend({
  segments: z
    .array(runSegmentSchema)
    .optional()
    .meta({ description: 'Of a nightly run as a whole: its segments by their ids.' }),
  results: z.array(resultItemSchema),
  errors: z.array(failureItemSchema),
  has_more_results: z.boolean(),
});
export type Run = z.infer<typeof runSchema>;

export const segmentStatsSchema = z.object({
  segment_id: z.int(),
  segment_name: z.string(),
  member_count: z.int().nullable(),
  sampled_count: z.int(),
  stats: aggregatedStatsSchema.required(),
  run_id: z.uuid().nullable().meta({ description: 'The newest of `run_ids`.' }),
  run_ids: z
    .object({ churn: z.uuid().nullable(), nbo: z.uuid().nullable(), rfm: z.uuid().nullable() })
    .meta({ description: 'The run that each part of the stats is of, which has its results.' }),
  computed_at: z.iso.datetime().nullable(),
  stale: z.boolean(),
  warning: z.string().nullable(),
});
export type SegmentStats = z.infer<typeof segmentStatsSchema>;
