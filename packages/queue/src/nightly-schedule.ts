import type { Job, JobSchedulerJson, JobType, Queue } from 'bullmq';
import { JOBS, NIGHTLY_JOB_OPTIONS } from './catalogue.ts';

export interface NightlySchedule {
  /** Cron pattern of five fields, or six with seconds first. */
  pattern: string;
  /** IANA name of a time zone. */
  tz: string;
}

const SCHEDULER_ID = 'nightly';
const UNFINISHED: JobType[] = ['delayed', 'waiting', 'prioritized', 'active'];

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
  if (await isInPlace(queue, schedule)) return;
  await queue.upsertJobScheduler(SCHEDULER_ID, schedule, {
    name: JOBS.nightly,
    opts: NIGHTLY_JOB_OPTIONS,
  });
}

/** The time a firing was meant for, in milliseconds: the same for every delivery of its job. */
export function scheduledTime(job: Job): number | undefined {
  return job.opts.prevMillis;
}

async function isInPlace(queue: Queue, schedule: NightlySchedule): Promise<boolean> {
  // Typed as always there, but absent when the scheduler is.
  const current: JobSchedulerJson | undefined = await queue.getJobScheduler(SCHEDULER_ID);
  if (current?.pattern !== schedule.pattern || current.tz !== schedule.tz) return false;
  // A firing whose job was removed by hand has no successor: the chain must be started again.
  const jobs = await queue.getJobs(UNFINISHED);
  return jobs.some((job) => scheduledTime(job) === current.next);
}
