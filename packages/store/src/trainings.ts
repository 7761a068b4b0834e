import { AppError, type TrainedOutcome, type TrainingStage } from '@segcast/contracts';
import { takeIntoUse, type JudgeSwitch } from './active-models.ts';
import { FINISHED_CHANNEL, lockRun } from './close-run.ts';
import { keepVersion, type NewModelVersion } from './model-versions.ts';
import type { Store } from './open-store.ts';
import { claimRun, type PlanClaim } from './plan-run.ts';
import { loadRun, type Queryable } from './run-record.ts';
import type { Renewal } from './shards.ts';
import type { TrainingRecord } from './training-record.ts';
import { inTransaction } from './transaction.ts';

/** A training in hand. `attempt` is the fence: whoever claims the run later holds a greater one. */
export interface ClaimedTraining extends PlanClaim {
  training: TrainingRecord;
  createdAt: Date;
}

/** Takes a queued training, or one whose holder has gone; null when there is nothing to take. */
export async function claimTraining(
  store: Store,
  runId: string,
  leaseMs: number,
): Promise<ClaimedTraining | null> {
  const claim = await claimRun(store, runId, { leaseMs, kinds: ['training'] });
  if (claim === null) return null;
  const { training, createdAt } = await loadRun(store.pool, runId);
  return { ...claim, training: training!, createdAt };
}

export interface TrainingProgress {
  stage: TrainingStage;
  done: number;
  total: number | null;
}

/** Prolongs the lease, notes how far the training is and brings word of a cancellation. */
export async function renewTraining(
  store: Store,
  { runId, attempt }: PlanClaim,
  { leaseMs, progress }: { leaseMs: number; progress: TrainingProgress },
): Promise<Renewal> {
  const [renewed] = await store.rows<{ status: string }>(
    `WITH held AS (
       UPDATE segcast.runs SET lease_until = clock_timestamp() + $3 * interval '1 ms'
       WHERE id = $1 AND attempt = $2 AND status IN ('planning', 'cancelling')
       RETURNING id, status
     ), noted AS (
       UPDATE segcast.trainings t SET stage = $4, done = $5, total = $6
       FROM held WHERE t.run_id = held.id
     )
     SELECT status FROM held`,
    [runId, attempt, leaseMs, progress.stage, progress.done, progress.total],
  );
  if (renewed !== undefined) return renewed.status === 'planning' ? 'renewed' : 'cancelled';
  const [now] = await store.rows<{ done: boolean }>(
    `SELECT attempt = $2 AND status = 'succeeded' AS done FROM segcast.runs WHERE id = $1`,
    [runId, attempt],
  );
  return now?.done === true ? 'done' : 'lost';
}

export interface TrainedVersion {
  version: NewModelVersion;
  /** What is shown of the run, but for whether the version is in use. */
  found: Omit<TrainedOutcome, 'activated' | 'not_activated'>;
  /** Customers learnt from, and measured on. */
  customers: number;
}

/**
 * Registers the version of a training, takes it into use where that was asked for and `judge` has
 * nothing against it, and closes the run, all or nothing: a run comes to one version, whoever trains
 * it how often. Null when the claim no longer held.
 */
export function closeTraining(
  store: Store,
  { runId, attempt, training }: ClaimedTraining,
  { version, found, customers }: TrainedVersion,
  judge: JudgeSwitch,
): Promise<TrainedOutcome | null> {
  return inTransaction(store, async (client) => {
    if ((await lockRun(client, runId)) !== 'planning') return null;
    const { rowCount } = await client.query(
      `UPDATE segcast.runs SET status = 'succeeded', finished_at = clock_timestamp(),
         lease_until = NULL, error = NULL
       WHERE id = $1 AND attempt = $2`,
      [runId, attempt],
    );
    if (rowCount !== 1) return null;
    await keepVersion(client, version);
    const objection = training.activate ? await tryToUse(client, version, judge) : null;
    const outcome: TrainedOutcome = {
      ...found,
      activated: training.activate && objection === null,
      not_activated: objection,
    };
    await client.query(
      `WITH told AS (
         UPDATE segcast.trainings SET stage = NULL, done = $3, total = $3, outcome = $2
         WHERE run_id = $1
       )
       SELECT pg_notify('${FINISHED_CHANNEL}', $1::text)`,
      [runId, JSON.stringify(outcome), customers],
    );
    return outcome;
  });
}

/** Tells what speaks against it, or null when the version is in use. */
async function tryToUse(
  client: Queryable,
  { model, version }: NewModelVersion,
  judge: JudgeSwitch,
): Promise<string | null> {
  try {
    await takeIntoUse(client, { model, version, chosen: true }, judge);
    return null;
  } catch (error) {
    // Whoever judges does so by what was read, so that the transaction is whole.
    if (error instanceof AppError && error.code === 'model_worse') return error.message;
    throw error;
  }
}
