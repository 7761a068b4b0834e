import type { PlanRunJob } from '@segcast/contracts';
import { parseRule, toSqlCondition } from '@segcast/rules';
import {
  claimPlan,
  closeCancelled,
  dropPlan,
  firstShardJobs,
  readRunRecord,
  releasePlan,
  renewPlan,
  saveShards,
  type PlanClaim,
} from '@segcast/store';
import { planRanges, readColumns, type RangePlan } from '@segcast/warehouse';
import { holdLease } from './hold-lease.ts';
import type { PlanDeps } from './run-deps.ts';
import { backOffMs, isRetryable, toStoredError } from './stored-error.ts';
import { summarizeRun } from './summarize-run.ts';

/**
 * Does the job of planning a run: divides its segment's customers into shards, once, and enqueues
 * a job for each. Nothing happens when the run is planned already or held by another planner.
 */
export async function planShards(deps: PlanDeps, job: PlanRunJob): Promise<void> {
  const claim = await claimPlan(deps.store, job.run_id, deps.claims.leaseMs);
  if (claim === null) {
    deps.log.debug({ runId: job.run_id }, 'run not planned: planned already, or not to be');
    return;
  }
  try {
    const { ranges: shards, estimate } = await planHeld(deps, claim);
    const plan = { shards, estimate, engine: deps.engine };
    const saved = await saveShards(deps.store, claim, plan, summarizeRun);
    if (saved) await enqueueShards(deps, claim.runId);
    else await drop(deps, claim);
  } catch (error) {
    await giveBack(deps, claim, error);
    throw error;
  }
}

async function planHeld(deps: PlanDeps, claim: PlanClaim): Promise<RangePlan> {
  const { store, warehouse, claims, shardSize } = deps;
  const renew = async () => ((await renewPlan(store, claim, claims.leaseMs)) ? 'renewed' : 'done');
  const lease = holdLease(renew, claims.heartbeatMs);
  try {
    const { rules } = await readRunRecord(store, claim.runId);
    const condition = toSqlCondition(parseRule(rules, await readColumns(warehouse)));
    return await planRanges(warehouse, { condition, shardSize });
  } finally {
    await lease.letGo();
  }
}

/** What was cancelled or taken over meanwhile is nobody's to plan. */
async function drop({ store }: PlanDeps, claim: PlanClaim): Promise<void> {
  await dropPlan(store, claim);
  await closeCancelled(store, claim.runId);
}

async function giveBack(deps: PlanDeps, claim: PlanClaim, error: unknown): Promise<void> {
  const { store, claims, log } = deps;
  const final = !isRetryable(error) || claim.attempt >= claims.maxClaims;
  log.error({ ...claim, error, final }, 'run could not be planned');
  await releasePlan(store, claim, {
    error: toStoredError(error),
    backOffMs: backOffMs(claim.attempt),
    final,
  });
  await drop(deps, claim);
}

async function enqueueShards({ store, queue, log }: PlanDeps, runId: string): Promise<void> {
  try {
    await queue.scoreShards(await firstShardJobs(store, runId));
  } catch (error) {
    log.warn({ runId, error }, 'shards stored but not enqueued; the sweeper will do it');
  }
}
