import { z } from 'zod';

export const warehouseStatusSchema = z.object({
  /** As `schema.name` where it is found, else as it is configured. */
  relation: z.string(),
  kind: z
    .enum(['table', 'partitioned table', 'materialized view', 'view', 'foreign table'])
    .nullable(),
  columns: z.int().nullable(),
  /** Equal texts mean that the data have not been replaced in between. */
  version: z.string().nullable(),
  /** By PostgreSQL's statistics: nothing is counted. */
  rows_estimate: z.number().nullable(),
  /** When Segcast last derived or imported the features; null where somebody else fills them. */
  refreshed_at: z.iso.datetime().nullable(),
  /** The last day that counts in them. */
  as_of: z.iso.date().nullable(),
  /** Whether a run can read it, and all of what is wrong where it cannot. */
  check: z.object({ status: z.enum(['up', 'down']), detail: z.string().optional() }),
  /** Of one small query, in milliseconds; null without an answer. */
  latency_ms: z.number().nullable(),
});
/** How the warehouse stands. */
export type WarehouseStatus = z.infer<typeof warehouseStatusSchema>;
