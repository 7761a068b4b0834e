import { z } from 'zod';

/** What a run computes: one predictor, or all three. */
export const predictionTypeSchema = z.enum(['churn', 'nbo', 'rfm', 'all']);
export type PredictionType = z.infer<typeof predictionTypeSchema>;

/** A single predictor. */
export type Predictor = 'churn' | 'nbo' | 'rfm';

export const PREDICTORS: readonly Predictor[] = ['churn', 'nbo', 'rfm'];

/** The predictors that a type asks for, in the order of `PREDICTORS`. */
export function predictorsOf(type: PredictionType): readonly Predictor[] {
  return type === 'all' ? PREDICTORS : [type];
}

export const churnThresholdsSchema = z
  .strictObject({
    high: z.number().gt(0).lt(1),
    medium: z.number().gt(0).lt(1),
  })
  .refine((t) => t.medium < t.high, {
    path: ['medium'],
    error: 'medium must be below high',
  });
/** Churn risk is `high` above `high`, `medium` above `medium`, else `low`. */
export type ChurnThresholds = z.infer<typeof churnThresholdsSchema>;

export const churnRiskSchema = z.enum(['high', 'medium', 'low']);
export type ChurnRisk = z.infer<typeof churnRiskSchema>;

export const OFFER_COUNT = 8;
