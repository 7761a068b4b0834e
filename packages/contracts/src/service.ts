import { z } from 'zod';
import { churnThresholdsSchema } from './prediction-types.ts';
import { usedModelSchema } from './run.ts';

export const healthSchema = z.object({ status: z.literal('ok') });

const checkSchema = z.object({
  status: z.enum(['up', 'down']),
  detail: z.string().optional(),
});
export type ReadinessCheck = z.infer<typeof checkSchema>;

export const readinessSchema = z.object({
  status: z.enum(['ready', 'unavailable']),
  checks: z.object({ store: checkSchema, queue: checkSchema, warehouse: checkSchema }),
});
export type Readiness = z.infer<typeof readinessSchema>;

export const mlStatusSchema = z.object({
  engine: z.object({
    wanted: z.string(),
    /** Of the newest run that succeeded; with `auto` the workers choose. */
    last_used: z.string().nullable(),
  }),
  /** Whether the service that answers has them in memory, to score a customer at once. */
  loaded: z.boolean(),
  models: z.object({ churn: usedModelSchema, nbo: usedModelSchema, rfm: usedModelSchema }),
  churn_thresholds: churnThresholdsSchema,
  warning: z.string().nullable(),
});
/** Which models a run submitted now would use. */
export type MlStatus = z.infer<typeof mlStatusSchema>;
