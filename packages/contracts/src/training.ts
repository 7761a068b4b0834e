import { z } from 'zod';
import { GRADES, modelMetricsSchema } from './model-metrics.ts';

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 1997-09-30')
  .refine(isDay, 'is not a day');

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Offers that a model can tell apart. */
export const MAX_TRAINED_OFFERS = 64;

/** How a model is to be trained; everything may be left out. */
export const trainRequestSchema = z.strictObject({
  /** `bgnbd`, for churn, is a formula fitted to purchases and not a network. */
  method: z.enum(['network', 'bgnbd']).default('network'),
  /** A column of the warehouse relation that says what happened; without it transactions tell. */
  label: z.string().min(1).optional(),
  /** For churn: the text of `label` that means that the customer left. */
  positive: z.string().optional(),
  /** Of transactions: the last day whose purchases are features. */
  cut: day.optional(),
  horizon_days: z.int().min(1).max(3650).optional(),
  /** For offers from transactions: the offer of each product; without it its category. */
  product_offers: z.record(z.string(), z.string().min(1)).optional(),
  max_offers: z.int().min(2).max(MAX_TRAINED_OFFERS).default(8),
  /** Columns to learn from; by default all that can be. */
  inputs: z.array(z.string()).min(1).optional(),
  exclude: z.array(z.string()).default([]),
  /** Units of the hidden layers. */
  hidden: z.array(z.int().min(1).max(512)).max(4).default([32, 16]),
  epochs: z.int().min(1).max(1000).default(60),
  calibration: z.enum(['platt', 'isotonic']).default('platt'),
  /** `balanced` lets each outcome count the same in total. */
  class_weights: z.enum(['balanced', 'none']).optional(),
  max_rows: z.int().min(1000).max(10_000_000).default(1_000_000),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

/** The models that are trained; RFM follows from bounds. */
export const trainingGoalSchema = z.enum(['churn', 'nbo']);
export type TrainingGoal = z.infer<typeof trainingGoalSchema>;

/** How a model is to be trained by a run, and whether it is taken into use then. */
export const trainModelRequestSchema = trainRequestSchema.extend({
  activate: z.boolean().default(false).meta({
    description:
      'Take the version into use when it is registered, unless its figures speak against it.',
  }),
});
export type TrainModelRequest = z.infer<typeof trainModelRequestSchema>;

export const trainingStageSchema = z.enum(['reading', 'fitting', 'measuring']);
export type TrainingStage = z.infer<typeof trainingStageSchema>;

/** What a training has come to. */
export const trainedOutcomeSchema = z.object({
  version: z.string(),
  grade: z.enum(GRADES),
  metrics: modelMetricsSchema,
  /** What is worth knowing of it, such as columns that were left out or tell too much. */
  notes: z.array(z.string()),
  activated: z.boolean(),
  /** Why it was not taken into use although that was asked for. */
  not_activated: z.string().nullable(),
});
export type TrainedOutcome = z.infer<typeof trainedOutcomeSchema>;

const outcome = trainedOutcomeSchema.shape;
/** What a run that trains a model has beside what every run has; the outcome is null until its end. */
export const trainingRunSchema = z.object({
  model: trainingGoalSchema,
  options: trainModelRequestSchema.omit({ product_offers: true }),
  stage: trainingStageSchema.nullable().meta({
    description:
      'What the progress is of: rows while it is `reading`, epochs while it is `fitting`. Null until it has begun, and when it is done: then the progress is of the customers learnt from.',
  }),
  version: outcome.version.nullable(),
  grade: outcome.grade.nullable(),
  metrics: outcome.metrics.nullable(),
  notes: outcome.notes.nullable(),
  activated: outcome.activated.nullable(),
  not_activated: outcome.not_activated,
});
export type TrainingRun = z.infer<typeof trainingRunSchema>;
