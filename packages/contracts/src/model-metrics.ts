import { z } from 'zod';

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
