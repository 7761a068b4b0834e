import { z } from 'zod';
import { churnThresholdsSchema } from './prediction-types.ts';
import { runSummarySchema } from './run.ts';

/**
 * A JSONLogic rule, or the old form: a list of named rules that must all hold. Only its outermost
 * shape is looked at here, and nothing is rebuilt: what `parseRule` sees is what was sent.
 */
export const rulesSchema = z
  .unknown()
  .refine((rules) => typeof rules === 'object' || typeof rules === 'boolean', {
    error: 'must be a JSONLogic rule, a list of {"name", "rule"}, true, false or null',
  })
  .meta({
    description:
      'A JSONLogic rule over the columns of /dwh/columns/, or a list of {"name", "rule"} that must all hold. {}, [], true and null match everyone.',
    examples: [{ '>': [{ var: 'total_revenue' }, 1000] }],
  });

export const createSegmentSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2000).default(''),
  rules: rulesSchema.default({}),
  is_active: z.boolean().default(true),
  churn_thresholds: churnThresholdsSchema.nullable().default(null),
});

export const updateSegmentSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  description: z.string().max(2000).optional(),
  rules: rulesSchema.optional(),
  is_active: z.boolean().optional(),
  churn_thresholds: churnThresholdsSchema.nullable().optional(),
});

export const segmentSchema = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  rules: z.unknown(),
  is_active: z.boolean(),
  churn_thresholds: churnThresholdsSchema.nullable(),
  member_count: z.int().nullable(),
  recalculated_at: z.iso.datetime().nullable(),
  latest_run: runSummarySchema.nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Segment = z.infer<typeof segmentSchema>;

export const previewRequestSchema = z.strictObject({ rules: rulesSchema });

export const featuresSchema = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.null()]),
);
/** One customer's features by column name; times are ISO 8601 texts. */
export type Features = z.infer<typeof featuresSchema>;

export const previewSchema = z.object({
  count: z.int(),
  total: z.int(),
  share: z.number(),
  sample: z.array(featuresSchema),
  sql: z.string(),
});

export const recalculationSchema = z.object({
  member_count: z.int(),
  previous_member_count: z.int().nullable(),
  added: z
    .int()
    .optional()
    .meta({ description: 'Members now who were none in the run `compared_with`.' }),
  removed: z
    .int()
    .optional()
    .meta({ description: 'Members of the run `compared_with` who are none any more.' }),
  compared_with: z.uuid().optional().meta({
    description: 'The newest run whose predictions are kept; absent where there is none.',
  }),
  recalculated_at: z.iso.datetime(),
});

export const memberSchema = z.object({ customer_id: z.string(), features: featuresSchema });
