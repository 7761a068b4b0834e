import {
  API_PREFIX,
  toProblem,
  type AggregatedStats,
  type Run,
  type RunStatus,
  type RunSummary,
} from '@segcast/contracts';
import { placeholderWarning } from '@segcast/scoring';
import {
  listFailures,
  readShardParts,
  type RunRecord,
  type ShardPart,
  type Store,
} from '@segcast/store';
import { listStoredResults } from './results.ts';
import { aggregateParts } from './summarize-run.ts';

const FIRST_RESULTS = 100;
const FIRST_ERRORS = 10;

/** Runs as lists and segments show them, in the order given. */
export async function toRunSummaries(
  { store }: { store: Store },
  runs: readonly RunRecord[],
): Promise<RunSummary[]> {
  const unfinished = runs.filter(({ stats }) => stats === null).map(({ id }) => id);
  const parts = await readShardParts(store, unfinished);
  return runs.map((run) => toRunSummary(run, parts.get(run.id) ?? []));
}

/** A run with its first results and errors. */
export async function presentRun({ store }: { store: Store }, run: RunRecord): Promise<Run> {
  const first = (limit: number) => ({ limit, cursor: undefined });
  const [[summary], results, errors] = await Promise.all([
    toRunSummaries({ store }, [run]),
    listStoredResults(store, run, first(FIRST_RESULTS)),
    listFailures(store, run.id, first(FIRST_ERRORS)),
  ]);
  return {
    ...summary!,
    results: results.results,
    errors: errors.results,
    has_more_results: results.next_cursor !== null,
  };
}

function toRunSummary(run: RunRecord, parts: readonly ShardPart[]): RunSummary {
  const succeeded = run.status === 'succeeded';
  const total = succeeded ? run.processed : Math.max(run.estimatedMembers, run.processed);
  return {
    run_id: run.id,
    segment_id: run.segmentId,
    segment_name: run.segmentName,
    type: run.type,
    mode: run.kind,
    status: statusOf(run),
    progress: progressOf(run, total),
    total_customers: total,
    processed: run.processed,
    successful: run.successful,
    failed: run.failed,
    imputed: run.imputed,
    warning: warningOf(run),
    aggregated_stats: statsOf(run, parts),
    ...(succeeded ? {} : { partial: true as const }),
    models: run.models,
    churn_thresholds: run.churnThresholds,
    rule_hash: run.ruleHash,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
    duration_ms:
      run.startedAt && run.finishedAt && millisecondsBetween(run.startedAt, run.finishedAt),
    // An unfinished run may carry the error of an attempt that is about to be repeated.
    error: run.status === 'failed' && run.error !== null ? toProblem(run.error) : null,
    links: linksOf(run),
  };
}

function statusOf({ status }: RunRecord): RunStatus {
  return status === 'planning' ? 'running' : status;
}

function statsOf(run: RunRecord, parts: readonly ShardPart[]): AggregatedStats {
  return run.stats ?? aggregateParts(run, parts);
}

function progressOf(run: RunRecord, total: number): RunSummary['progress'] {
  const { processed, status } = run;
  const seconds =
    run.startedAt && millisecondsBetween(run.startedAt, run.finishedAt ?? run.asOf) / 1000;
  const speed = seconds !== null && seconds > 0 && processed > 0 ? processed / seconds : null;
  const going = status === 'planning' || status === 'running';
  const fraction = status === 'succeeded' ? 1 : total === 0 ? 0 : processed / total;
  return {
    total,
    processed,
    fraction,
    customers_per_second: speed === null ? null : Math.round(speed),
    eta_seconds: going && speed !== null ? Math.round((total - processed) / speed) : null,
  };
}

function millisecondsBetween(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}

function warningOf({ models, warning }: RunRecord): string | null {
  const warnings = [placeholderWarning(models), warning].filter((text) => text !== null);
  return warnings.length === 0 ? null : warnings.join(' ');
}

function linksOf({ id, segmentId }: RunRecord): Record<string, string> {
  const self = `${API_PREFIX}/ml/runs/${id}/`;
  return {
    self,
    results: `${self}results/`,
    errors: `${self}errors/`,
    cancel: `${self}cancel/`,
    segment: `${API_PREFIX}/segments/${segmentId}/`,
  };
}
