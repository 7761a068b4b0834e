import {
  insertSubmission,
  readRunRecord,
  type NewRun,
  type RunRecord,
  type Submission,
  type Submitted,
} from '@segcast/store';
import type { SubmitDeps } from './run-deps.ts';

/** Puts the first job of a run into the queue. */
export type Enqueue = (runId: string) => Promise<void>;

/**
 * Keeps a run, or finds the active one that is equal, and has a new one enqueued. What the queue
 * does not take the sweeper enqueues.
 */
export async function insertAndDispatch(
  { store, maxActiveRuns, log }: Pick<SubmitDeps, 'store' | 'maxActiveRuns' | 'log'>,
  newRun: NewRun,
  enqueue: Enqueue,
  asked: Pick<Submission, 'callbackUrl' | 'idempotency'> = { callbackUrl: null, idempotency: null },
): Promise<Omit<Submitted, 'runId'> & { run: RunRecord }> {
  const submission = { run: newRun, maxActive: maxActiveRuns, ...asked };
  const { runId, ...submitted } = await insertSubmission(store, submission);
  const dispatch = async (): Promise<void> => {
    try {
      await enqueue(runId);
    } catch (error) {
      log.warn({ error, runId }, 'run stored but not enqueued; the sweeper will do it');
    }
  };
  const [run] = await Promise.all([
    readRunRecord(store, runId),
    submitted.inserted ? dispatch() : undefined,
  ]);
  return { ...submitted, run };
}
