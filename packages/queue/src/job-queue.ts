import type { DeliverJob, PlanRunJob, ScoreShardJob, TrainModelJob } from '@segcast/contracts';
import type { Queue } from 'bullmq';
import type { Producers } from './backend.ts';
import {
  deliverJob,
  planRunJob,
  QUEUES,
  scoreShardJob,
  trainModelJob,
  type QueueName,
} from './catalogue.ts';
import { ensureNightly, type NightlySchedule } from './nightly-schedule.ts';
import { openProducers } from './open-backend.ts';
import {
  createOutageReporter,
  orUnavailable,
  queueUnavailable,
  type ReportError,
} from './outage-reporter.ts';
import { describeConnection, type QueueConnection } from './queue-connection.ts';
import { withinDeadline } from './within-deadline.ts';

/** Somebody waits for the answer. */
const CALLER_WAITS_MS = 1000;
/** Nobody does; a busy back end may take its time. */
const BACKGROUND_MS = 5000;
const BULK_SIZE = 500;

/**
 * The producing side of the job queue. While the back end is away everything rejects with AppError
 * `queue_unavailable`; no job is lost by that, since the sweeper enqueues again what the queue does
 * not have.
 */
export interface JobQueue {
  /** Rejects within a second when the back end is away. */
  planRun(job: PlanRunJob): Promise<void>;
  /** Enqueues in the order given; a job id that the queue has seen is ignored. */
  scoreShards(jobs: readonly ScoreShardJob[]): Promise<void>;
  /** Rejects within a second when the back end is away. */
  trainModel(job: TrainModelJob): Promise<void>;
  /** Enqueues deliveries to webhooks. */
  deliver(jobs: readonly DeliverJob[]): Promise<void>;
  /** Makes the nightly schedule so, keeping an overdue firing; null ends it. Safe to repeat. */
  upsertNightly(schedule: NightlySchedule | null): Promise<void>;
  /** Resolves when the back end answers within a second. */
  ping(): Promise<void>;
  /** The queues for Bull Board. */
  boardQueues(): Queue[];
  close(): Promise<void>;
}

export interface JobQueueOptions {
  /** Hears of faults that no caller sees, once per outage. */
  onError?: ReportError;
}

/**
 * Opens the job queue. Redis may be away: calls reject until it is there.
 * @throws AppError `queue_unavailable` when the back end is PostgreSQL and does not answer
 */
export async function openJobQueue(
  connection: QueueConnection,
  { onError = () => undefined }: JobQueueOptions = {},
): Promise<JobQueue> {
  const address = describeConnection(connection);
  const report = createOutageReporter(address, onError);
  const producers = await openProducers(connection, report);
  const queues = await orUnavailable(address, openQueues(producers));
  const { runs, shards, schedules, deliveries, trainings } = queues;

  const attempt = async (work: Promise<unknown>, ms: number): Promise<void> => {
    const late = (): Error => queueUnavailable(address, new Error(`no answer within ${ms} ms`));
    await orUnavailable(address, withinDeadline(work, ms, late));
  };

  return {
    planRun: (job) => {
      const { name, data, opts } = planRunJob(job);
      return attempt(runs.add(name, data, opts), CALLER_WAITS_MS);
    },
    scoreShards: async (jobs) => {
      for (let at = 0; at < jobs.length; at += BULK_SIZE) {
        const part = jobs.slice(at, at + BULK_SIZE).map(scoreShardJob);
        await attempt(shards.addBulk(part), BACKGROUND_MS);
      }
    },
    trainModel: (job) => {
      const { name, data, opts } = trainModelJob(job);
      return attempt(trainings.add(name, data, opts), CALLER_WAITS_MS);
    },
    deliver: async (jobs) => {
      if (jobs.length > 0) await attempt(deliveries.addBulk(jobs.map(deliverJob)), BACKGROUND_MS);
    },
    upsertNightly: (schedule) => attempt(ensureNightly(schedules, schedule), BACKGROUND_MS),
    ping: () => attempt(runs.getActiveCount(), CALLER_WAITS_MS),
    boardQueues: () => Object.values(queues),
    close: async () => {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
      producers.close();
    },
  };
}

async function openQueues(producers: Producers): Promise<Record<QueueName, Queue>> {
  const [runs, shards, schedules, deliveries, trainings] = await Promise.all([
    producers.queue(QUEUES.runs),
    producers.queue(QUEUES.shards),
    producers.queue(QUEUES.schedules),
    producers.queue(QUEUES.deliveries),
    producers.queue(QUEUES.trainings),
  ]);
  return { runs, shards, schedules, deliveries, trainings };
}
