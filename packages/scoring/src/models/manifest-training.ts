import { z } from 'zod';
export {
  GRADES,
  modelMetricsSchema,
  type Grade,
  type ModelMetrics,
  type ModelScores,
} from '@segcast/contracts';

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
  /** Churn is to buy nothing for so many days. */
  horizon_days: z.number().positive(),
});
export type BgnbdParameters = z.infer<typeof bgnbdSchema>;
/** What is fitted. */
export type BgnbdShape = Pick<BgnbdParameters, 'r' | 'alpha' | 'a' | 'b'>;

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
