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

/** A text column read as the index of its value among `categories`, their number for any other. */
export interface CategoryColumn {
  column: string;
  categories: readonly string[];
}

/** A column as models read it: a number or boolean by its name, or a text by its categories. */
export type InputColumn = string | CategoryColumn;

/** The name of the column in the warehouse. */
export function columnName(input: InputColumn): string {
  return typeof input === 'string' ? input : input.column;
}
