export { openJobQueue, type JobQueue, type JobQueueOptions } from './job-queue.ts';
export {
  startJobWorkers,
  type JobHandlers,
  type JobWorkers,
  type JobWorkersOptions,
} from './job-workers.ts';
export { nextFiring } from './next-firing.ts';
export type { NightlySchedule } from './nightly-schedule.ts';
export { migrateQueue } from './open-backend.ts';
export type { ReportError } from './outage-reporter.ts';
export type { QueueConnection } from './queue-connection.ts';
