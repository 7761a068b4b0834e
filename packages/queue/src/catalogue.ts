import {
  deliverJobSchema,
  planRunJobSchema,
  scoreShardJobSchema,
  trainModelJobSchema,
  type DeliverJob,
  type PlanRunJob,
  type ScoreShardJob,
  type TrainModelJob,
} from '@segcast/contracts';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

export const QUEUES = {
  runs: 'runs',
  shards: 'shards',
  schedules: 'schedules',
  deliveries: 'deliveries',
  trainings: 'trainings',
} as const;
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

export const JOBS = {
  planRun: 'plan-run',
  scoreShard: 'score-shard',
  nightly: 'nightly',
  deliver: 'deliver',
  trainModel: 'train-model',
} as const;

/** The nightly job carries nothing: its firing time lies in its options, written by the scheduler. */
export const nightlyJobSchema = z.object({});

/** Finished jobs that the board can still show, and retry when they failed. */
const KEPT = { removeOnComplete: { count: 500 }, removeOnFail: { count: 1000 } } as const;

/** BullMQ's highest priority value, and so the least urgent. */
const LEAST_URGENT = 2_097_151;

export interface JobToAdd {
  name: string;
  data: unknown;
  opts: JobsOptions & { jobId: string };
}

/** A plan job's id is fresh for every dispatch: a queue silently ignores an id it has seen. */
export function planRunJob(job: PlanRunJob): JobToAdd {
  const data = planRunJobSchema.parse(job);
  const jobId = `${data.run_id}-plan-${data.dispatch}`;
  return { name: JOBS.planRun, data, opts: { ...KEPT, attempts: 1, jobId } };
}

/**
 * A shard's job, one attempt: trying again is the sweeper's, under a new dispatch. Shard n of every
 * run comes before shard n + 1 of any, so a small run never waits behind a big one's thousands.
 */
export function scoreShardJob(job: ScoreShardJob): JobToAdd {
  const data = scoreShardJobSchema.parse(job);
  const jobId = `${data.run_id}-${data.shard}-${data.dispatch}`;
  const priority = Math.min(data.shard + 1, LEAST_URGENT);
  return { name: JOBS.scoreShard, data, opts: { ...KEPT, attempts: 1, jobId, priority } };
}

/** One attempt: trying again is the sweeper's, under a new dispatch. */
export function trainModelJob(job: TrainModelJob): JobToAdd {
  const data = trainModelJobSchema.parse(job);
  const jobId = `${data.run_id}-train-${data.dispatch}`;
  return { name: JOBS.trainModel, data, opts: { ...KEPT, attempts: 1, jobId } };
}

/** One attempt: trying again, later each time, is written down with the delivery. */
export function deliverJob(job: DeliverJob): JobToAdd {
  const data = deliverJobSchema.parse(job);
  const jobId = `${data.delivery_id}-${data.dispatch}`;
  return { name: JOBS.deliver, data, opts: { ...KEPT, attempts: 1, jobId } };
}

/** Nothing but the queue knows of a firing until its runs are submitted, so the queue retries it. */
export const NIGHTLY_JOB_OPTIONS = {
  ...KEPT,
  attempts: 10,
  backoff: { type: 'exponential', delay: 5000 },
} as const;
