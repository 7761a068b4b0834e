import {
  predictorsOf,
  PREDICTORS,
  type Predictor,
  type RunModels,
  type SegmentStats,
} from '@segcast/contracts';
import { hashRule } from '@segcast/rules';
import { emptyStats, placeholderWarning } from '@segcast/scoring';
import { latestRunRecords, type RunRecord, type SegmentRecord } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';

/** The newest succeeded run of a segment for each predictor that any run of it computed. */
export type LatestRuns = Partial<Record<Predictor, RunRecord>>;

/** The latest stats of each segment, in the order given; one without any shows zero counts. */
export async function readSegmentStats(
  deps: ApiDeps,
  segments: readonly SegmentRecord[],
): Promise<SegmentStats[]> {
  const latest = await readLatestRuns(deps, segments);
  return segments.map((segment, i) => toSegmentStats(deps, segment, latest[i]!));
}

/** The runs that each segment's stats are of; with `skip` 1 those before them. */
export async function readLatestRuns(
  { store }: Pick<ApiDeps, 'store'>,
  segments: readonly SegmentRecord[],
  skip: 0 | 1 = 0,
): Promise<LatestRuns[]> {
  const ids = segments.map(({ id }) => id);
  const byPredictor = await Promise.all(
    PREDICTORS.map((predictor) =>
      latestRunRecords(store, ids, { succeeded: true, types: ['all', predictor], skip }),
    ),
  );
  return segments.map(({ id }) => {
    const runs: LatestRuns = {};
    PREDICTORS.forEach((predictor, index) => {
      const run = byPredictor[index]?.get(id);
      if (run !== undefined) runs[predictor] = run;
    });
    return runs;
  });
}

export function toSegmentStats(
  deps: ApiDeps,
  segment: SegmentRecord,
  runs: LatestRuns,
): SegmentStats {
  const newest = newestOf(runs);
  const empty = emptyStats();
  return {
    segment_id: segment.id,
    segment_name: segment.name,
    member_count: segment.memberCount,
    sampled_count: newest?.processed ?? 0,
    stats: {
      churn: runs.churn?.stats?.churn ?? empty.churn,
      nbo: runs.nbo?.stats?.nbo ?? empty.nbo,
      rfm: runs.rfm?.stats?.rfm ?? empty.rfm,
    },
    run_id: newest?.id ?? null,
    run_ids: {
      churn: runs.churn?.id ?? null,
      nbo: runs.nbo?.id ?? null,
      rfm: runs.rfm?.id ?? null,
    },
    computed_at: newest?.finishedAt?.toISOString() ?? null,
    stale: PREDICTORS.some((predictor) => isStale(deps, segment, runs[predictor])),
    warning: placeholderWarning(modelsBehind(deps, runs)),
  };
}

export function newestOf(runs: LatestRuns): RunRecord | undefined {
  const all = PREDICTORS.flatMap((predictor) => runs[predictor] ?? []);
  return all.reduce<RunRecord | undefined>(
    // Run ids are UUIDv7: later ones are greater.
    (newest, run) => (newest === undefined || run.id > newest.id ? run : newest),
    undefined,
  );
}

/** Whether a run submitted now could come to other stats than this one did, as far as we know. */
function isStale(
  { settings }: ApiDeps,
  segment: SegmentRecord,
  run: RunRecord | undefined,
): boolean {
  if (run === undefined) return false;
  const thresholds = segment.churnThresholds ?? settings.churnThresholds;
  return (
    run.ruleHash !== hashRule(segment.rules) ||
    predictorsOf(run.type).some(
      (predictor) => run.models[predictor]?.version !== settings.models[predictor].version,
    ) ||
    run.churnThresholds.high !== thresholds.high ||
    run.churnThresholds.medium !== thresholds.medium ||
    hasBeenRecounted(segment, run)
  );
}

/** Every run counts the members too; a later count that agrees with it says that it still holds. */
function hasBeenRecounted({ memberCount, recalculatedAt }: SegmentRecord, run: RunRecord): boolean {
  const isLater = recalculatedAt !== null && recalculatedAt > (run.finishedAt ?? run.createdAt);
  return isLater && memberCount !== run.processed;
}

/** The models of the numbers shown; of those that a run would use now where there are none yet. */
function modelsBehind({ settings }: ApiDeps, runs: LatestRuns): RunModels {
  const behind: RunModels = {};
  for (const predictor of PREDICTORS) {
    behind[predictor] = runs[predictor]?.models[predictor] ?? settings.models[predictor];
  }
  return behind;
}
