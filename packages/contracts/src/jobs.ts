import { z } from 'zod';

/** Payloads carry ids, never members; `dispatch` makes a re-enqueued job a new one. */
export const planRunJobSchema = z.object({ run_id: z.uuid(), dispatch: z.int() });
export type PlanRunJob = z.infer<typeof planRunJobSchema>;

export const scoreShardJobSchema = z.object({
  run_id: z.uuid(),
  shard: z.int(),
  dispatch: z.int(),
});
export type ScoreShardJob = z.infer<typeof scoreShardJobSchema>;

export const trainModelJobSchema = z.object({ run_id: z.uuid(), dispatch: z.int() });
export type TrainModelJob = z.infer<typeof trainModelJobSchema>;

export const deliverJobSchema = z.object({ delivery_id: z.uuid(), dispatch: z.int() });
export type DeliverJob = z.infer<typeof deliverJobSchema>;
