import { z } from 'zod';

/** More categories than this say little each and make the network wide. */
export const MAX_CATEGORIES = 64;

/**
 * What training saw of an input: raw values (for a categorical input the indexes of its
 * categories) counted between ascending edges. Value v belongs to bin i when i edges are ≤ v.
 */
const histogramSchema = z
  .strictObject({
    edges: z.array(z.number()),
    counts: z.array(z.int().nonnegative()),
    nulls: z.int().nonnegative(),
  })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, {
    path: ['counts'],
    error: 'needs a count below the first edge, between each two and above the last',
  })
  .refine(({ edges }) => edges.every((edge, index) => index === 0 || edges[index - 1]! < edge), {
    path: ['edges'],
    error: 'must rise',
  });
export type InputHistogram = z.infer<typeof histogramSchema>;

export const inputSchema = z
  .strictObject({
    name: z.string().min(1),
    column: z.string().min(1),
    /** Of the values after `transform`. */
    mean: z.number(),
    deviation: z.number().positive(),
    /** The raw value that stands in for null. */
    imputed: z.number(),
    /** For skewed amounts: sign(v) · ln(1 + |v|), before the scaler. */
    transform: z.literal('signed_log1p').optional(),
    /** Adds a network input that is 1 where the value is null and 0 elsewhere. */
    null_indicator: z.literal(true).optional(),
    /**
     * For a text column: its raw value is the index here, or their number for any other text. The
     * network gets a 1 in the place of the category and 0 elsewhere; the scaler is not used.
     */
    categories: z.array(z.string()).min(1).max(MAX_CATEGORIES).optional(),
    histogram: histogramSchema.optional(),
  })
  .refine(({ categories, transform }) => !(categories && transform), {
    path: ['transform'],
    error: 'is for numbers, not for categories',
  })
  .refine(({ categories = [] }) => new Set(categories).size === categories.length, {
    path: ['categories'],
    error: 'must be different from each other',
  });
/** One input: the warehouse column and how a network takes its values. */
export type ModelInput = z.infer<typeof inputSchema>;

/** How many values of the network's input a raw value becomes. */
export function inputWidth({ categories, null_indicator }: ModelInput): number {
  return (categories?.length ?? 1) + (null_indicator ? 1 : 0);
}

/** The width of a network over these inputs. */
export function networkWidth(inputs: readonly ModelInput[]): number {
  return inputs.reduce((width, input) => width + inputWidth(input), 0);
}
