import { AppError, type TrainModelJob } from '@segcast/contracts';
import { metricsOf, proveVersion, refuseWorse } from '@segcast/registry';
import {
  claimTraining,
  closeTraining,
  renewTraining,
  type ClaimedTraining,
  type TrainingProgress,
} from '@segcast/store';
import { dropRun, giveBackRun } from './give-back-run.ts';
import { holdLease } from './hold-lease.ts';
import type { TrainDeps, TrainedFiles } from './run-deps.ts';

const NOBODY = { train: 0, validation: 0, test: 0 };
const BEGINNING: TrainingProgress = { stage: 'reading', done: 0, total: null };

/**
 * Does the job of one training: claims the run, has the model trained while the lease is prolonged,
 * and registers the version. Nothing happens when somebody else has it or it has ended, so that a
 * job may be delivered any number of times. Throws what the training threw, for the queue to show.
 */
export async function runTraining(deps: TrainDeps, job: TrainModelJob): Promise<void> {
  const claimed = await claimTraining(deps.store, job.run_id, deps.claims.leaseMs);
  if (claimed === null) {
    deps.log.debug({ runId: job.run_id }, 'training not claimed: ended, or held by another worker');
    return;
  }
  try {
    await trainHeld(deps, claimed);
  } catch (error) {
    if (!(await isSettled(deps, claimed, error))) throw error;
  }
}

async function trainHeld(deps: TrainDeps, claimed: ClaimedTraining): Promise<void> {
  const { store, claims, log } = deps;
  const { leaseMs, heartbeatMs } = claims;
  let progress = BEGINNING;
  const lease = holdLease(() => renewTraining(store, claimed, { leaseMs, progress }), heartbeatMs);
  try {
    const trained = await deps.trainModel(claimed, lease.signal, (now) => (progress = now));
    const outcome = await register(deps, claimed, trained);
    const { runId, attempt } = claimed;
    if (outcome === null) await dropRun(deps, claimed);
    else log.info({ runId, attempt, ...outcome }, 'model trained');
  } finally {
    await lease.letGo();
  }
}

async function register(
  { store }: TrainDeps,
  claimed: ClaimedTraining,
  { files, notes }: TrainedFiles,
) {
  const { model, version } = await proveVersion(files, 'trained');
  const metrics = metricsOf(model);
  if (metrics === null) {
    throw new AppError('invalid_model', `${version.version} was trained and has no figures.`);
  }
  const found = { version: version.version, grade: metrics.grade, metrics, notes };
  const { train, validation, test } = model.manifest.training?.rows ?? NOBODY;
  const customers = train + validation + test;
  return closeTraining(store, claimed, { version, found, customers }, refuseWorse);
}

/** Deals with an error by what it means for the claim; false when it is a failure to be shown. */
async function isSettled(
  deps: TrainDeps,
  claimed: ClaimedTraining,
  error: unknown,
): Promise<boolean> {
  const { log } = deps;
  const { runId, attempt } = claimed;
  const facts = { runId, attempt, error };
  const code = error instanceof AppError ? error.code : null;
  if (code === 'fence_lost') {
    log.warn(facts, 'training taken over by another worker; nothing kept');
    return true;
  }
  if (code === 'run_cancelled') {
    log.info(facts, 'training dropped: its run was cancelled');
    await dropRun(deps, claimed);
    return true;
  }
  await giveBackRun(deps, claimed, error, 'model could not be trained');
  return false;
}
