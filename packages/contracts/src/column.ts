import { z } from 'zod';

export const columnTypeSchema = z.enum(['number', 'string', 'boolean', 'date', 'datetime']);
export type ColumnType = z.infer<typeof columnTypeSchema>;

export const columnSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  nullable: z.boolean(),
  category: z.enum(['Financial', 'Activity', 'Profile', 'Risk & Engagement', 'DWH']),
  description: z.string(),
  min: z.union([z.number(), z.string()]).optional(),
  max: z.union([z.number(), z.string()]).optional(),
  top_values: z.array(z.string()).optional(),
});
/** A column of the warehouse relation as clients see it. */
export type Column = z.infer<typeof columnSchema>;
