import { z } from 'zod';

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
