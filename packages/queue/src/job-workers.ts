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
import { UnrecoverableError, type Job, type Processor, type Worker } from 'bullmq';
import type { Consumers } from './backend.ts';
import { nightlyJobSchema, QUEUES, type QueueName } from './catalogue.ts';
import { createProcessor } from './job-processor.ts';
import { scheduledTime } from './nightly-schedule.ts';
import { openConsumers } from './open-backend.ts';
import { createOutageReporter, orUnavailable, type ReportError } from './outage-reporter.ts';
import { describeConnection, type QueueConnection } from './queue-connection.ts';

/** Planning is short, and no plan may wait for another's slow warehouse. */
const PLANS_AT_ONCE = 2;
/** They mostly wait for the receivers. */
const DELIVERIES_AT_ONCE = 5;
/** Each takes a core and memory for minutes, which scoring needs too. */
const TRAININGS_AT_ONCE = 1;

/** Every handler must bear to be called again with the same job: queues deliver at least once. */
export interface JobHandlers {
  planRun(job: PlanRunJob): Promise<void>;
  scoreShard(job: ScoreShardJob): Promise<void>;
  /** `scheduledFor` is the time the firing was meant for, the same at every delivery. */
  nightly(scheduledFor: Date): Promise<void>;
  deliver(job: DeliverJob): Promise<void>;
  trainModel(job: TrainModelJob): Promise<void>;
}

export interface JobWorkersOptions {
  /** Shards in hand at once in this process: scored, saved, or about to be. */
  shardConcurrency: number;
  /** Hears of every failed job, and of an outage once. */
  onError: ReportError;
}

export interface JobWorkers {
  /** Takes no more jobs, waits for those in hand to end, then lets go of the connections. */
  close(): Promise<void>;
}

/**
 * Starts taking jobs. Redis may be away: the workers begin when it is there.
 * @throws AppError `queue_unavailable` when the back end is PostgreSQL and does not answer
 */
export async function startJobWorkers(
  connection: QueueConnection,
  handlers: JobHandlers,
  { shardConcurrency, onError }: JobWorkersOptions,
): Promise<JobWorkers> {
  const address = describeConnection(connection);
  const report = createOutageReporter(address, onError);
  const consumers = await openConsumers(connection, report);
  const processors = createProcessors(handlers, onError);
  const starting = Promise.all([
    consumers.worker(QUEUES.runs, processors.runs, { concurrency: PLANS_AT_ONCE }),
    consumers.worker(QUEUES.shards, processors.shards, { concurrency: shardConcurrency }),
    consumers.worker(QUEUES.schedules, processors.schedules, { concurrency: 1 }),
    consumers.worker(QUEUES.deliveries, processors.deliveries, { concurrency: DELIVERIES_AT_ONCE }),
    consumers.worker(QUEUES.trainings, processors.trainings, { concurrency: TRAININGS_AT_ONCE }),
  ]);
  const workers = await orUnavailable(address, starting);
  return { close: () => closeWorkers(workers, consumers) };
}

async function closeWorkers(workers: readonly Worker[], consumers: Consumers): Promise<void> {
  consumers.stopReconnecting();
  await Promise.all(workers.map((worker) => worker.close()));
  consumers.close();
}

function createProcessors(
  handlers: JobHandlers,
  onError: ReportError,
): Record<QueueName, Processor> {
  return {
    runs: createProcessor(planRunJobSchema, (job) => handlers.planRun(job), onError),
    shards: createProcessor(scoreShardJobSchema, (job) => handlers.scoreShard(job), onError),
    deliveries: createProcessor(deliverJobSchema, (job) => handlers.deliver(job), onError),
    trainings: createProcessor(trainModelJobSchema, (job) => handlers.trainModel(job), onError),
    schedules: createProcessor(
      nightlyJobSchema,
      (_, job) => handlers.nightly(firingTime(job)),
      onError,
    ),
  };
}

function firingTime(job: Job): Date {
  const time = scheduledTime(job);
  if (time === undefined) {
    throw new UnrecoverableError(
      `Job ${job.id ?? '?'} of queue schedules has no scheduled time: only the scheduler adds jobs here; remove it.`,
    );
  }
  return new Date(time);
}
