import { parseRule, toSqlCondition } from '@segcast/rules';
import {
  addToStats,
  createStats,
  MemberSample,
  type PartialStats,
  type SampledStats,
} from '@segcast/scoring';
import { finishShard, type ClaimedShard } from '@segcast/store';
import { readColumns, streamMembers, type StreamedMembers } from '@segcast/warehouse';
import { giveBackHeldResults, takeHeldResults, type HeldResults } from './held-results.ts';
import type { ScoreDeps } from './run-deps.ts';
import { orderById } from './order-by-id.ts';
import { SegmentPass } from './segment-pass.ts';
import { summarizeRun } from './summarize-run.ts';

/** What the scoring of a shard tells of itself. */
export interface ShardEvents {
  /** How many members are scored, at every batch. */
  onProgress: (processed: number) => void;
  /** All are: the scorer is free, and what is left to do is to keep the results. */
  onScored: () => void;
}

/**
 * Streams the members of a claimed shard through the scorer and keeps the results, all at once and
 * only if the claim still holds. Throws `warehouse_invalid` when a customer's id occurs twice.
 */
export async function scoreShard(
  deps: ScoreDeps,
  shard: ClaimedShard,
  signal: AbortSignal,
  { onProgress = () => undefined, onScored = () => undefined }: Partial<ShardEvents> = {},
): Promise<void> {
  const { held, stats, sampled, counts, streamed } = await streamAndScore(
    deps,
    shard,
    signal,
    onProgress,
  );
  onScored();
  const order = orderById(held.ids);
  signal.throwIfAborted();
  await finishShard(
    deps.store,
    {
      runId: shard.runId,
      shard: shard.shard,
      attempt: shard.attempt,
      ...held.saved(order),
      stats: { ...stats, sample: sampled },
      counts,
      successful: stats.successful,
      imputed: stats.imputed,
      readAt: streamed.readAt,
      version: streamed.version,
    },
    summarizeRun,
  );
  giveBackHeldResults(held);
}

interface Scored {
  held: HeldResults;
  stats: PartialStats;
  sampled: SampledStats;
  /** Of each segment of a nightly run. */
  counts: Float64Array | null;
  streamed: StreamedMembers;
}

async function streamAndScore(
  { warehouse, scorerFor, batchSize }: ScoreDeps,
  shard: ClaimedShard,
  signal: AbortSignal,
  onProgress: (processed: number) => void,
): Promise<Scored> {
  const scorer = await scorerFor(shard);
  const columns = await readColumns(warehouse);
  const { segments, range } = shard;
  const pass =
    segments && new SegmentPass({ segments, columns, inputs: scorer.columns, batchSize });
  const stats = createStats(scorer.predictors);
  const held = takeHeldResults(scorer.predictors, pass);
  const { estimatedMembers: estimate, explain } = shard;
  const sample = new MemberSample({ scorer, estimate, explain });
  const streamed = await streamMembers(warehouse, {
    condition: pass?.condition ?? toSqlCondition(parseRule(shard.rules, columns)),
    columns: pass?.columns ?? scorer.columns,
    expressions: pass?.expressions ?? [],
    range,
    batchSize,
    signal,
    onBatch: (whole) => {
      const batch = pass?.membersOf(whole) ?? whole;
      const scored = scorer.score(batch);
      addToStats(stats, scored, shard.churnThresholds);
      pass?.count(scored);
      held.add(batch, scored);
      sample.add(batch, scored.outcome);
      onProgress(stats.members);
    },
  });
  return { held, stats, sampled: sample.result(), counts: pass?.counts() ?? null, streamed };
}
