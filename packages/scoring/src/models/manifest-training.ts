import { z } from 'zod';

/**
 * How the answers of a network become probabilities that hold. Platt: sigmoid(slope · logit(p) +
 * intercept). Isotonic: piecewise linear between (thresholds, values), flat outside. Temperature,
 * for several offers: p^(1/temperature), scaled to a sum of 1.
 */
export const calibrationSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  z.strictObject({
    method: z.literal('isotonic'),
    thresholds: z.array(z.number()).min(1),
    values: z.array(z.number().min(0).max(1)).min(1),
  }),
  z.strictObject({ method: z.literal('temperature'), temperature: z.number().positive() }),
]);
export type Calibration = z.infer<typeof calibrationSchema>;

/** BG/NBD (Fader, Hardie & Lee 2005), its times in units of so many days. */
export const bgnbdSchema = z.strictObject({
  r: z.number().positive(),
  alpha: z.number().positive(),
  a: z.number().positive(),
  b: z.number().positive(),
  days_per_unit: z.number().positive(),
});
export type BgnbdParameters = z.infer<typeof bgnbdSchema>;

const measure = z.number().optional();
/** Measured on the test split, which training never saw. Higher is better but for loss and Brier. */
export const modelScoresSchema = z.strictObject({
  auc: measure,
  pr_auc: measure,
  log_loss: measure,
  brier: measure,
  /** Positives among the tenth with the highest probability, as a multiple of their share. */
  lift_10: measure,
  top_1: measure,
  top_3: measure,
});
export type ModelScores = z.infer<typeof modelScoresSchema>;

export const GRADES = ['Poor', 'Fair', 'Good', 'Very good', 'Excellent'] as const;
export type Grade = (typeof GRADES)[number];

export const modelMetricsSchema = modelScoresSchema.extend({
  grade: z.enum(GRADES),
  test_rows: z.int().positive(),
  /** churn: share of positives among the test rows, and the mean probability the model gives. */
  observed_rate: measure,
  mean_predicted: measure,
  /** The same test rows by simpler means; `recency` of churn models, `most_bought` of offers. */
  baselines: z.strictObject({
    logistic_regression: modelScoresSchema.optional(),
    recency: modelScoresSchema.optional(),
    most_bought: modelScoresSchema.optional(),
    majority: modelScoresSchema.optional(),
  }),
});
export type ModelMetrics = z.infer<typeof modelMetricsSchema>;

/** What a version was trained on. */
export const trainingSchema = z.strictObject({
  trained_at: z.iso.datetime(),
  source: z.enum(['transactions', 'table']),
  relation: z.string(),
  /** What was learnt, in words. */
  label: z.string(),
  /** Of transactions: the last day whose purchases are features, and the days after it. */
  cut: z.string().nullable(),
  horizon_days: z.int().positive().nullable(),
  rows: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
  /** Units of the hidden layers; none for a formula. */
  hidden: z.array(z.int().positive()),
  epochs: z.int().nonnegative(),
  duration_ms: z.int().nonnegative(),
});
export type TrainingFacts = z.infer<typeof trainingSchema>;

/** What an offer of a trained model means: the category it was learnt from. */
export const trainedOfferSchema = z.strictObject({ offer_id: z.string(), category: z.string() });

/** Raw rows of the training split, one value per input, for explanations. */
export const BACKGROUND_ROWS = 100;
export const backgroundSchema = z.array(z.array(z.number().nullable())).max(BACKGROUND_ROWS);
