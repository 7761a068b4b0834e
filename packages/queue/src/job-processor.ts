import { AppError } from '@segcast/contracts';
import { UnrecoverableError, type Job, type Processor } from 'bullmq';
import { z } from 'zod';
import type { ReportError } from './outage-reporter.ts';

/**
 * Turns a handler into a BullMQ processor: the payload is checked against `schema` first, and what
 * can never succeed, a bad payload or an AppError that is not retryable, fails for good.
 */
export function createProcessor<T>(
  schema: z.ZodType<T>,
  handler: (payload: T, job: Job) => Promise<void>,
  report: ReportError,
): Processor {
  return async (job) => {
    try {
      await handler(parsePayload(schema, job), job);
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      report(fault, { queue: job.queueName, ...(job.id === undefined ? {} : { jobId: job.id }) });
      throw isFinal(fault) ? new UnrecoverableError(describe(fault)) : fault;
    }
  };
}

function parsePayload<T>(schema: z.ZodType<T>, job: Job): T {
  const parsed = schema.safeParse(job.data);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .map(({ path, message }) => `/${path.join('/')}: ${message}`)
    .join('; ');
  throw new UnrecoverableError(
    `Job ${job.id ?? '?'} (${job.name}) of queue ${job.queueName} has a bad payload: ${faults}. ` +
      'It was not enqueued by this version of Segcast; remove it.',
  );
}

function isFinal(error: Error): boolean {
  return error instanceof UnrecoverableError || (error instanceof AppError && !error.retryable);
}

function describe(error: Error): string {
  return error instanceof AppError ? `${error.code}: ${error.message}` : error.message;
}
