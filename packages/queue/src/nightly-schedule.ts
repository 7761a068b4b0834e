import type { Job, JobSchedulerJson, Queue } from 'bullmq';
import { JOBS, NIGHTLY_JOB_OPTIONS } from './catalogue.ts';

export interface NightlySchedule {
  /** Cron pattern of five fields, or six with seconds first. */
  pattern: string;
  /** IANA name of a time zone. */
  tz: string;
}

const SCHEDULER_ID = 'nightly';

/**
 * Makes the schedule what `schedule` says; null ends it. Does nothing when it is so already, since
 * BullMQ's upsert replaces the next firing's job even when that is overdue, and a firing missed
 * while every worker was down would be lost.
 */
export async function ensureNightly(queue: Queue, schedule: NightlySchedule | null): Promise<void> {
  if (schedule === null) {
    await queue.removeJobScheduler(SCHEDULER_ID);
    return;
  }
  // Typed as always there, but absent when the scheduler is.
  const current: JobSchedulerJson | undefined = await queue.getJobScheduler(SCHEDULER_ID);
  if (current?.pattern === schedule.pattern && current.tz === schedule.tz) return;
  await queue.upsertJobScheduler(SCHEDULER_ID, schedule, {
    name: JOBS.nightly,
    opts: NIGHTLY_JOB_OPTIONS,
  });
}

/** The time a firing was meant for, in milliseconds: the same for every delivery of its job. */
export function scheduledTime(job: Job): number | undefined {
  return job.opts.prevMillis;
}
