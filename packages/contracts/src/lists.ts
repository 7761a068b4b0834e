import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './paging.ts';
import { churnRiskSchema, OFFER_COUNT, predictionTypeSchema } from './prediction-types.ts';
import { failureItemSchema, resultItemSchema } from './results.ts';
import { runStatusSchema, runSummarySchema } from './run.ts';
import { memberSchema, segmentSchema } from './segment.ts';

/** The largest id that a segment can have: PostgreSQL's integer. */
const MAX_SEGMENT_ID = 2_147_483_647;

export const segmentIdSchema = z.coerce.number().int().min(1).max(MAX_SEGMENT_ID);

export const segmentQuerySchema = pageQuerySchema
  .extend({
    search: z.string().trim().min(1).max(200).optional(),
    is_active: z.enum(['true', 'false']).optional(),
  })
  .strict();

export const runQuerySchema = pageQuerySchema
  .extend({
    segment_id: segmentIdSchema.optional(),
    status: runStatusSchema.optional(),
    type: predictionTypeSchema.optional(),
  })
  .strict();

const probabilitySchema = z.coerce.number().min(0).max(1);

/** Which of a run's results are wanted: those that meet all of it. */
export const resultFilterSchema = z.strictObject({
  risk: churnRiskSchema.optional(),
  offer: z
    .enum(Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}`))
    .optional()
    .meta({ description: 'The offer that is recommended.' }),
  rfm_segment: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'The name of an RFM segment, such as Champions.' }),
  min_probability: probabilitySchema
    .optional()
    .meta({ description: 'A churn probability of at least this, as it is shown.' }),
  max_probability: probabilitySchema
    .optional()
    .meta({ description: 'A churn probability of at most this, as it is shown.' }),
  customer_id: z.string().min(1).max(1000).optional(),
});
export type ResultFilter = z.infer<typeof resultFilterSchema>;

export const resultQuerySchema = pageQuerySchema
  .extend(resultFilterSchema.shape)
  .extend({
    segment_id: segmentIdSchema.optional(),
    spreadsheet: z.enum(['true', 'false']).optional().meta({
      description:
        'In CSV, put an apostrophe before text that a spreadsheet would take for a formula. Ids that it touches match nothing any more, so it is not done unasked.',
    }),
  })
  .strict();

export const segmentListSchema = pageSchema(segmentSchema).extend({ count: z.int() });
export type SegmentList = z.infer<typeof segmentListSchema>;

export const runListSchema = pageSchema(runSummarySchema);
export const memberListSchema = pageSchema(memberSchema);
export const resultListSchema = pageSchema(resultItemSchema);
export const failureListSchema = pageSchema(failureItemSchema);
