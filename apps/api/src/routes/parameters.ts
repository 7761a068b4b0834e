import { pageQuerySchema, segmentIdSchema } from '@segcast/contracts';
import { z } from 'zod';

export const segmentParams = z.object({ id: segmentIdSchema });

export const runParams = z.object({ run_id: z.uuid() });

export const pageQuery = pageQuerySchema.strict();
