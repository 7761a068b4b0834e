import { createHash } from 'node:crypto';
import { AppError, type TrainingGoal, type TrainModelRequest } from '@segcast/contracts';
import type { JobQueue } from '@segcast/queue';
import { insertSubmission, modelNotFound, readRunRecord, type NewRun } from '@segcast/store';
import { v7 as uuidv7 } from 'uuid';
import { refuseUseless } from './refuse-useless.ts';
import type { SubmitDeps } from './run-deps.ts';
import { presentSubmitted, type SubmittedRun } from './submit-run.ts';

export interface SubmitTrainingDeps extends Omit<SubmitDeps, 'queue'> {
  queue: Pick<JobQueue, 'trainModel'>;
}

/**
 * Submits a run that trains a model. It is safe once this resolves: the queue only makes it start
 * sooner. An equal training that is active is answered instead. Throws `model_not_found`,
 * `queue_full`, and `invalid_request` with the options that would do nothing.
 */
export async function submitTraining(
  { store, queue, settings, maxActiveRuns, log }: SubmitTrainingDeps,
  name: string,
  { activate, ...options }: TrainModelRequest,
): Promise<SubmittedRun> {
  const model = goalOf(name);
  refuseUseless(model, options);
  const { engine, rfm: rfmSettings, churnThresholds } = settings;
  const run: NewRun = {
    id: uuidv7(),
    kind: 'training',
    type: model,
    ...{ engine, models: {}, rfmSettings },
    dedupKey: hashOf(['training', model, options, activate]),
    scheduledFor: null,
    segments: [],
    whole: { ruleHash: hashOf([model, options]), churnThresholds },
    training: { model, options, activate },
  };
  const alone = { callbackUrl: null, idempotency: null };
  const submitted = await insertSubmission(store, { run, maxActive: maxActiveRuns, ...alone });
  if (submitted.inserted) {
    try {
      await queue.trainModel({ run_id: run.id, dispatch: 0 });
    } catch (error) {
      log.warn({ error, runId: run.id }, 'run stored but not enqueued; the sweeper will do it');
    }
  }
  const kept = await readRunRecord(store, submitted.runId);
  return presentSubmitted({ store }, kept, submitted.deduplicated);
}

function goalOf(name: string): TrainingGoal {
  if (name === 'churn' || name === 'nbo') return name;
  if (name !== 'rfm') throw modelNotFound(name);
  throw new AppError(
    'model_not_found',
    'There is no model rfm to train: its scores follow from RFM_MODE and the RFM bounds of the configuration. Train churn or nbo.',
  );
}

function hashOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
