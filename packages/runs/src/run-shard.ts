import { AppError, type ScoreShardJob } from '@segcast/contracts';
import {
  claimShard,
  closeCancelled,
  dropShard,
  releaseShard,
  renewShard,
  type ClaimedShard,
  type ShardClaim,
  type StoredError,
} from '@segcast/store';
import { holdLease } from './hold-lease.ts';
import type { ShardDeps } from './run-deps.ts';
import { backOffMs, isRetryable, toStoredError } from './stored-error.ts';

/**
 * Does the job of one shard: claims it, has it scored while the lease is prolonged, and gives it
 * back when that fails. Nothing happens when somebody else has the shard or it is done, so that a
 * job may be delivered any number of times. Throws what the scoring threw, for the queue to show.
 */
export async function runShard(deps: ShardDeps, job: ScoreShardJob): Promise<void> {
  const { store, claims, capabilities, log } = deps;
  const place = { runId: job.run_id, shard: job.shard };
  const claimed = await claimShard(store, place, capabilities, claims);
  if (claimed === null) {
    log.debug(place, 'shard not claimed: done, held by another worker, or not for this one');
    return;
  }
  try {
    await scoreHeld(deps, claimed);
  } catch (error) {
    if (!(await isSettled(deps, claimed, error))) throw error;
  }
}

async function scoreHeld(deps: ShardDeps, claimed: ClaimedShard): Promise<void> {
  const { leaseMs, heartbeatMs } = deps.claims;
  let processed = 0;
  const lease = holdLease(
    () => renewShard(deps.store, claimed, { leaseMs, processed }),
    heartbeatMs,
  );
  try {
    await deps.scoreShard(claimed, lease.signal, (now) => (processed = now));
  } finally {
    await lease.letGo();
  }
}

/** Deals with an error by what it means for the claim; false when it is a failure to be shown. */
async function isSettled(
  { store, claims, log }: ShardDeps,
  claim: ShardClaim,
  error: unknown,
): Promise<boolean> {
  const { runId, shard, attempt } = claim;
  const facts = { runId, shard, attempt, error };
  const code = error instanceof AppError ? error.code : null;
  if (code === 'fence_lost') {
    log.warn(facts, 'shard taken over by another worker; nothing kept');
    return true;
  }
  if (code === 'run_cancelled') {
    log.info(facts, 'shard dropped: its run is not going on');
    await dropShard(store, claim);
    await closeCancelled(store, runId);
    return true;
  }
  const stored = toStoredError(error);
  const runError = finalError(claim, stored, isRetryable(error), claims.maxClaims);
  log.error(facts, runError === null ? 'shard failed, to be tried again' : 'shard failed for good');
  await releaseShard(store, claim, { error: stored, backOffMs: backOffMs(attempt), runError });
  return false;
}

/** What the run fails with after this, or null when the shard is to be tried again. */
export function finalError(
  { shard, attempt }: Pick<ShardClaim, 'shard' | 'attempt'>,
  last: StoredError,
  retryable: boolean,
  maxClaims: number,
): StoredError | null {
  if (!retryable) return last;
  if (attempt < maxClaims) return null;
  return {
    code: 'shard_failed',
    message: `Shard ${shard} failed ${attempt} times, the last time with ${last.code}: ${last.message}`,
  };
}
