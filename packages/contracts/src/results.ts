import { z } from 'zod';
import { explanationSchema } from './explanations.ts';
import { churnRiskSchema } from './prediction-types.ts';

export const churnResultSchema = z.object({
  customer_id: z.string(),
  churn_probability: z.number(),
  churn_risk: churnRiskSchema,
  /** Where it was asked for. */
  explanation: explanationSchema.optional(),
});
export type ChurnResult = z.infer<typeof churnResultSchema>;

export const offerSchema = z.object({
  offer_id: z.string(),
  offer_name: z.string(),
  category: z.string(),
  probability: z.number(),
});

export const nboResultSchema = z.object({
  customer_id: z.string(),
  offer_scores: z.record(z.string(), z.number()),
  recommended_offer: z.string(),
  confidence: z.number(),
  offers: z.array(offerSchema),
});
export type NboResult = z.infer<typeof nboResultSchema>;

export const rfmResultSchema = z.object({
  customer_id: z.string(),
  recency: z.number().nullable(),
  frequency: z.number().nullable(),
  monetary: z.number().nullable(),
  r_score: z.int(),
  f_score: z.int(),
  m_score: z.int(),
  rfm_code: z.string(),
  segment: z.string(),
});
export type RfmResult = z.infer<typeof rfmResultSchema>;

export const allResultSchema = z.object({
  customer_id: z.string(),
  churn: churnResultSchema,
  nbo: nboResultSchema,
  rfm: rfmResultSchema,
});
export type AllResult = z.infer<typeof allResultSchema>;

/** One customer's prediction; its shape follows the type of the run. */
export const predictionResultSchema = z.union([
  allResultSchema,
  churnResultSchema,
  nboResultSchema,
  rfmResultSchema,
]);
export type PredictionResult = z.infer<typeof predictionResultSchema>;

export const resultItemSchema = z.object({
  customer_id: z.string(),
  result: predictionResultSchema,
});
export type ResultItem = z.infer<typeof resultItemSchema>;

export const failureItemSchema = z.object({
  customer_id: z.string(),
  code: z.string(),
  error: z.string(),
});
export type FailureItem = z.infer<typeof failureItemSchema>;
