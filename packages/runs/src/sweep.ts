import { AppError } from '@segcast/contracts';
import type { JobQueue, NightlySchedule } from '@segcast/queue';
import {
  closeCancelled,
  closeRun,
  deleteAbandonedPredictions,
  deleteOldDeliveries,
  deleteOldKeys,
  deleteOldPredictions,
  exhaustedPlans,
  exhaustedShards,
  failRun,
  forgetErasures,
  redispatchPlans,
  redispatchShards,
  releasePlan,
  releaseShard,
  unclosedRuns,
  whileOnlySweeper,
  type StoredError,
  type Store,
} from '@segcast/store';
import type { ClaimSettings, RunLog } from './run-deps.ts';
import { nightlyInForce } from './nightly-in-force.ts';
import { finalError } from './run-shard.ts';
import { toStoredError } from './stored-error.ts';
import { summarizeRun } from './summarize-run.ts';
import { dispatchDue } from './webhooks/deliver.ts';

export interface SweepDeps {
  /** With room for two connections at least: one holds the sweeper's lock. */
  store: Store;
  queue: Pick<
    JobQueue,
    'deliver' | 'ping' | 'planRun' | 'scoreShards' | 'trainModel' | 'upsertNightly'
  >;
  claims: ClaimSettings;
  /** Succeeded runs of each segment whose predictions are kept. */
  keepRuns: number;
  /** The schedule unless another was set over HTTP; a flushed queue has forgotten it. */
  nightly: NightlySchedule | null;
  log: RunLog;
}

/** Jobs enqueued in one sweep: a great loss is made good over some of them. */
const JOBS_AT_ONCE = 1000;

/**
 * Makes good what the queue has lost and workers have left behind, by what PostgreSQL says. Call it
 * every few seconds in every worker: one sweeps at a time. Tells whether this one did.
 */
export function sweep(deps: SweepDeps): Promise<boolean> {
  return whileOnlySweeper(deps.store, async () => {
    await failExhausted(deps);
    await closeFinished(deps);
    await redispatch(deps);
    await tidy(deps);
  });
}

const HOLDER_GONE: StoredError = {
  code: 'internal',
  message: 'The worker that held it went away. Look for its end in the log: it may lack memory.',
};

/** Fails what was claimed as often as may be and whose last holder has gone without a word. */
async function failExhausted({ store, claims, log }: SweepDeps): Promise<void> {
  for (const { error, ...claim } of await exhaustedShards(store, claims.maxClaims)) {
    const last = error ?? HOLDER_GONE;
    const runError = finalError(claim, last, true, claims.maxClaims);
    log.error({ ...claim, error: last }, 'shard given up: its holders went away');
    await releaseShard(store, claim, { error: last, backOffMs: 0, runError });
  }
  for (const { error, ...claim } of await exhaustedPlans(store, claims.maxClaims)) {
    const last = error ?? HOLDER_GONE;
    log.error({ ...claim, error: last }, 'run given up: its holders went away');
    await releasePlan(store, claim, { error: last, backOffMs: 0, final: true });
  }
}

/** Closes runs that nobody works on any more and nobody has closed. */
async function closeFinished(deps: SweepDeps): Promise<void> {
  for (const runId of await unclosedRuns(deps.store)) await closeOrFail(deps, runId);
  await closeCancelled(deps.store, null);
}

/** One run that cannot be summed up must not keep the others from being closed. */
async function closeOrFail({ store, log }: SweepDeps, runId: string): Promise<void> {
  try {
    if (await closeRun(store, runId, summarizeRun)) log.warn({ runId }, 'finished run closed');
  } catch (error) {
    if (error instanceof AppError) throw error;
    log.error({ runId, error }, 'finished run cannot be summed up');
    await failRun(store.pool, runId, toStoredError(error));
  }
}

async function tidy({ store, keepRuns, log }: SweepDeps): Promise<void> {
  await deleteOldKeys(store);
  await deleteOldDeliveries(store);
  const abandoned = await deleteAbandonedPredictions(store);
  const old = await deleteOldPredictions(store, keepRuns);
  await forgetErasures(store);
  if (abandoned + old > 0) log.info({ abandoned, old }, 'predictions deleted');
}

/** Gives new jobs to what waits without one, unless the queue is away: then they would be lost. */
async function redispatch({ store, queue, claims, nightly, log }: SweepDeps): Promise<void> {
  try {
    await queue.ping();
    await queue.upsertNightly(await nightlyInForce(store, nightly));
    const lost = { lostAfterMs: claims.leaseMs, limit: JOBS_AT_ONCE };
    const plans = await redispatchPlans(store, lost);
    for (const { kind, ...job } of plans) {
      await (kind === 'training' ? queue.trainModel(job) : queue.planRun(job));
    }
    const shards = await redispatchShards(store, lost);
    await queue.scoreShards(shards);
    await dispatchDue({ store, queue });
    if (plans.length + shards.length > 0) {
      log.info({ runs: plans.length, shards: shards.length }, 'jobs enqueued again');
    }
  } catch (error) {
    // A queue that is away stays so for many sweeps, and whoever opened it has reported it.
    const level = isAway(error) ? 'debug' : 'warn';
    log[level]({ error }, 'jobs not enqueued again; the next sweep will try');
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'queue_unavailable';
}
