import { closeCancelled, dropPlan, releasePlan, type PlanClaim } from '@segcast/store';
import type { ClaimSettings, PlanDeps, RunLog } from './run-deps.ts';
import { backOffMs, isRetryable, toStoredError } from './stored-error.ts';

/** Lets go of a run that was cancelled or taken over meanwhile: it is nobody's to go on with. */
export async function dropRun({ store }: Pick<PlanDeps, 'store'>, claim: PlanClaim): Promise<void> {
  await dropPlan(store, claim);
  await closeCancelled(store, claim.runId);
}

/**
 * Gives a claimed run back after an error, to be claimed again later; fails it when trying again
 * would not help or was tried often enough.
 * @param failure what could not be done, for the log
 */
export async function giveBackRun(
  deps: Pick<PlanDeps, 'store'> & { claims: ClaimSettings; log: RunLog },
  claim: PlanClaim,
  error: unknown,
  failure: string,
): Promise<void> {
  const { store, claims, log } = deps;
  const { runId, attempt } = claim;
  const final = !isRetryable(error) || attempt >= claims.maxClaims;
  log.error({ runId, attempt, error, final }, failure);
  await releasePlan(store, claim, {
    error: toStoredError(error),
    backOffMs: backOffMs(attempt),
    final,
  });
  await dropRun(deps, claim);
}
