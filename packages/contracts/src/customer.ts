import { z } from 'zod';
import { predictionTypeSchema } from './prediction-types.ts';
import { pageSchema } from './paging.ts';
import { failureItemSchema, predictionResultSchema, resultItemSchema } from './results.ts';
import { usedModelsSchema } from './run.ts';

/** The most customers in one request. */
export const MAX_CUSTOMERS = 10_000;

/** An id in a body: a text, or a whole number where the warehouse counts its customers. */
export const customerIdSchema = z.union([z.string(), z.int()]).transform(String);

const customerIdsSchema = z.array(customerIdSchema).max(MAX_CUSTOMERS);

export const predictCustomerSchema = z.strictObject({
  type: predictionTypeSchema.default('all'),
  /** Whether to say what each input contributes to churn. */
  explain: z.boolean().default(false),
});

export const predictCustomersSchema = z.strictObject({
  customer_ids: customerIdsSchema,
  type: predictionTypeSchema.default('all'),
});

/** As old clients send it: one customer or several. */
export const testPredictionSchema = z
  .strictObject({
    customer_id: customerIdSchema.optional(),
    customer_ids: customerIdsSchema.optional(),
    type: predictionTypeSchema.default('all'),
  })
  .refine((body) => (body.customer_id === undefined) !== (body.customer_ids === undefined), {
    error: 'takes customer_id or customer_ids, one of the two',
  });

export const customerPredictionSchema = z.object({
  customer_id: z.string(),
  type: predictionTypeSchema,
  mode: z.literal('single'),
  result: predictionResultSchema,
  models: usedModelsSchema,
  warning: z.string().nullable(),
});
export type CustomerPrediction = z.infer<typeof customerPredictionSchema>;

export const customersPredictionSchema = z.object({
  type: predictionTypeSchema,
  mode: z.literal('batch'),
  /** Customers asked for, each once. */
  total: z.int(),
  successful: z.int(),
  failed: z.int(),
  /** In the order asked, without those in `errors`. */
  results: z.array(resultItemSchema),
  errors: z.array(failureItemSchema),
  models: usedModelsSchema,
  warning: z.string().nullable(),
});
export type CustomersPrediction = z.infer<typeof customersPredictionSchema>;

export const invalidateCacheSchema = z.strictObject({
  customer_ids: customerIdsSchema.optional(),
});

export const cacheInvalidationSchema = z.object({
  scope: z.enum(['all', 'customers']),
  /** How many customers were named; null where all are meant. */
  customers: z.int().nullable(),
});

const segmentNameSchema = z.object({ segment_id: z.int(), segment_name: z.string() });

export const customerSegmentsSchema = z.object({
  customer_id: z.string(),
  /** The active segments that the customer is a member of now, by id. */
  results: z.array(segmentNameSchema.extend({ description: z.string() })),
  /** Active segments whose rule no longer fits the warehouse, and why. */
  unreadable: z.array(segmentNameSchema.extend({ error: z.string() })),
});

export const storedPredictionSchema = z.object({
  run_id: z.uuid(),
  type: predictionTypeSchema,
  mode: z.string(),
  computed_at: z.iso.datetime(),
  /** The segments of the run that the customer was a member of. */
  segments: z.array(segmentNameSchema),
  models: usedModelsSchema,
  result: predictionResultSchema,
});
export type StoredCustomerPrediction = z.infer<typeof storedPredictionSchema>;

export const storedPredictionListSchema = pageSchema(storedPredictionSchema);
