import { AppError, type PlanRunJob } from '@segcast/contracts';
import { parseRule, toSqlCondition, type Rule, type RuleColumns } from '@segcast/rules';
import {
  claimPlan,
  readRunRecord,
  readRunSegments,
  renewPlan,
  saveShards,
  type PlanClaim,
  type RunPlan,
  type RunSegmentRecord,
  type StoredError,
} from '@segcast/store';
import { planRanges, readColumns, type RangePlan } from '@segcast/warehouse';
import { dropRun, giveBackRun } from './give-back-run.ts';
import { holdLease } from './hold-lease.ts';
import type { PlanDeps } from './run-deps.ts';
import { toStoredError } from './stored-error.ts';
import { summarizeRun } from './summarize-run.ts';
import { readCondition, unionOf } from './union-of-rules.ts';

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
    const { ranges: shards, estimate, refused } = await planHeld(deps, claim);
    const plan = { shards, estimate, refused, engine: deps.engine };
    const saved = await saveShards(deps.store, claim, plan, summarizeRun);
    if (saved) await enqueueShards(deps, claim.runId, shards.length);
    else await dropRun(deps, claim);
  } catch (error) {
    await giveBackRun(deps, claim, error, 'run could not be planned');
    throw error;
  }
}

type PlannedRanges = RangePlan & Pick<RunPlan, 'refused'>;

async function planHeld(deps: PlanDeps, claim: PlanClaim): Promise<PlannedRanges> {
  const { store, warehouse, claims, shardSize } = deps;
  const renew = async () => ((await renewPlan(store, claim, claims.leaseMs)) ? 'renewed' : 'done');
  const lease = holdLease(renew, claims.heartbeatMs);
  try {
    const run = await readRunRecord(store, claim.runId);
    const columns = await readColumns(warehouse);
    const { condition, read, refused } =
      run.segmentId === null
        ? conditionsOf(await readRunSegments(store, run.id), columns)
        : conditionOf(run.rules, columns);
    return { ...(await planRanges(warehouse, { condition, read, shardSize })), refused };
  } finally {
    await lease.letGo();
  }
}

interface Conditions extends Pick<RunPlan, 'refused'> {
  condition: string;
  read: string;
}

function conditionOf(rules: unknown, columns: RuleColumns): Conditions {
  const condition = toSqlCondition(parseRule(rules, columns));
  return { condition, read: condition, refused: [] };
}

/**
 * Whom a run of several segments is about. A rule that the warehouse no longer fits leaves its
 * segment out and the others in peace.
 */
function conditionsOf(segments: readonly RunSegmentRecord[], columns: RuleColumns): Conditions {
  const rules: Rule[] = [];
  const refused: { number: number; error: StoredError }[] = [];
  for (const { number, rules: json } of segments) {
    try {
      rules.push(parseRule(json, columns));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ number, error: toStoredError(error) });
      if (refused.length === segments.length) throw error;
    }
  }
  return {
    condition: toSqlCondition(unionOf(rules)),
    read: toSqlCondition(readCondition(rules)),
    refused,
  };
}

async function enqueueShards(
  { queue, log }: PlanDeps,
  runId: string,
  count: number,
): Promise<void> {
  const jobs = Array.from({ length: count }, (_, shard) => ({ run_id: runId, shard, dispatch: 0 }));
  try {
    await queue.scoreShards(jobs);
  } catch (error) {
    log.warn({ runId, error }, 'shards stored but not enqueued; the sweeper will do it');
  }
}
