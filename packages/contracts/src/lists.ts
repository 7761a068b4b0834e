import { z } from 'zod';
import { pageQuerySchema, pageSchema } from './paging.ts';
import { predictionTypeSchema } from './prediction-types.ts';
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

export const segmentListSchema = pageSchema(segmentSchema).extend({ count: z.int() });
export type SegmentList = z.infer<typeof segmentListSchema>;

export const runListSchema = pageSchema(runSummarySchema);
export const memberListSchema = pageSchema(memberSchema);
export const resultListSchema = pageSchema(resultItemSchema);
export const failureListSchema = pageSchema(failureItemSchema);
