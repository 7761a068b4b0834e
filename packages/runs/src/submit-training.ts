import { createHash } from 'node:crypto';
import { AppError, type TrainingGoal, type TrainModelRequest } from '@segcast/contracts';
import type { JobQueue } from '@segcast/queue';
import { modelNotFound, type NewRun } from '@segcast/store';
import { v7 as uuidv7 } from 'uuid';
import { insertAndDispatch } from './insert-and-dispatch.ts';
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
  deps: SubmitTrainingDeps,
  name: string,
  { activate, ...options }: TrainModelRequest,
): Promise<SubmittedRun> {
  const model = goalOf(name);
  refuseUseless(model, options);
  const { engine, rfm: rfmSettings, churnThresholds } = deps.settings;
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
  const submitted = await insertAndDispatch(deps, run, (runId) =>
    deps.queue.trainModel({ run_id: runId, dispatch: 0 }),
  );
  return presentSubmitted(deps, submitted.run, submitted.deduplicated);
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
