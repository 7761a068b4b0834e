import { pageQuerySchema, segmentIdSchema } from '@segcast/contracts';
import { z } from 'zod';

export const segmentParams = z.object({ id: segmentIdSchema });

export const runParams = z.object({ run_id: z.uuid() });

export const audienceParams = z.object({ audience_id: z.uuid() });

export const diffParams = audienceParams.extend({ other_id: z.uuid() });

export const pageQuery = pageQuerySchema.strict();

/** A nightly run and what belongs to it may be asked for as one of its segments sees it. */
const ofSegment = { segment_id: segmentIdSchema.optional() };

export const runQuery = z.strictObject(ofSegment);

export const runPageQuery = pageQuerySchema.extend(ofSegment).strict();

export const customerParams = z.object({ customer_id: z.string().min(1).max(1000) });
