import {
  API_PREFIX,
  toProblem,
  type AggregatedStats,
  type Problem,
  type Run,
  type RunSegment,
  type RunStatus,
  type RunSummary,
} from '@segcast/contracts';
import { placeholderWarning } from '@segcast/scoring';
import {
  listFailures,
  readRunSegments,
  readSegmentCounts,
  readShardParts,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { predictionsOf } from './read-matches.ts';
import { listStoredResults } from './results.ts';
import { presentTraining, trainingProgress } from './present-training.ts';
import { aggregateParts, summarizeSegment } from './summarize-run.ts';

const FIRST_RESULTS = 100;
const FIRST_ERRORS = 10;

/** Runs as lists and segments show them, in the order given. */
export async function toRunSummaries(
  { store }: { store: Store },
  runs: readonly RunRecord[],
): Promise<RunSummary[]> {
  const unfinished = runs.filter((run) => run.stats === null && isPlanned(run));
  const inPart = unfinished.filter(({ segmentNumber }) => segmentNumber !== null);
  const inWhole = unfinished.filter(({ segmentNumber }) => segmentNumber === null);
  const [parts, counts] = await Promise.all([
    readShardParts(store, idsOf(inWhole)),
    readSegmentCounts(store, idsOf(inPart)),
  ]);
  return runs.map((run) => {
    if (run.stats !== null) return toRunSummary(run, run.stats);
    if (run.segmentNumber === null)
      return toRunSummary(run, aggregateParts(run, parts.get(run.id) ?? []));
    const { members, stats, ...counted } = summarizeSegment(
      run,
      counts.get(run.id) ?? null,
      run.segmentNumber,
    );
    return toRunSummary({ ...run, ...counted, processed: members }, stats);
  });
}

/** Before that there are neither shards nor results nor errors to look for. */
function isPlanned({ status }: RunRecord): boolean {
  return status !== 'queued' && status !== 'planning';
}

/** Whether there can be errors: until it is closed, a segment of a nightly run counts none. */
function mayHaveErrors(run: RunRecord): boolean {
  return run.failed > 0 || (run.segmentNumber !== null && run.stats === null && isPlanned(run));
}

function idsOf(runs: readonly RunRecord[]): string[] {
  return [...new Set(runs.map(({ id }) => id))];
}

/**
 * A run with its first results and errors, of which a training has none, and a nightly run as a whole
 * with its segments.
 */
export async function presentRun({ store }: { store: Store }, run: RunRecord): Promise<Run> {
  const first = (limit: number) => ({ limit, cursor: undefined });
  const [[summary], results, errors, segments] = await Promise.all([
    toRunSummaries({ store }, [run]),
    listStoredResults(store, run, first(FIRST_RESULTS)),
    mayHaveErrors(run) ? listFailures(store, predictionsOf(run), first(FIRST_ERRORS)) : undefined,
    run.kind === 'nightly' && run.segmentId === null ? presentSegments(store, run) : undefined,
  ]);
  return {
    ...summary!,
    ...(segments && { segments }),
    results: results.results,
    errors: errors?.results ?? [],
    has_more_results: results.next_cursor !== null,
  };
}

async function presentSegments(store: Store, run: RunRecord): Promise<RunSegment[]> {
  const [segments, counts] = await Promise.all([
    readRunSegments(store, run.id),
    run.stats === null ? readSegmentCounts(store, [run.id]) : undefined,
  ]);
  return segments.map(({ segmentId, segmentName, number, error, ...found }) => {
    const soFar = summarizeSegment(run, counts?.get(run.id) ?? null, number);
    const isClosed = found.stats !== null;
    return {
      segment_id: segmentId,
      segment_name: segmentName,
      total_customers: isClosed ? found.processed : soFar.members,
      successful: isClosed ? found.successful : soFar.successful,
      failed: isClosed ? found.failed : soFar.failed,
      aggregated_stats: found.stats ?? soFar.stats,
      error: error && toProblem(error),
    };
  });
}

function toRunSummary(run: RunRecord, stats: AggregatedStats): RunSummary {
  const { training } = run;
  const isPartial = training === null && run.status !== 'succeeded';
  return {
    run_id: run.id,
    segment_id: run.segmentId,
    segment_name: run.segmentName,
    type: run.type,
    mode: run.kind,
    status: statusOf(run),
    progress: training === null ? progressOf(run) : trainingProgress(run.status, training),
    total_customers: run.segmentNumber === null ? totalOf(run) : run.processed,
    processed: run.processed,
    successful: run.successful,
    failed: run.failed,
    imputed: run.imputed,
    warning: warningOf(run),
    aggregated_stats: training === null ? stats : {},
    ...(isPartial ? { partial: true as const } : {}),
    models: run.models,
    churn_thresholds: run.churnThresholds,
    rule_hash: run.ruleHash,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
    duration_ms:
      run.startedAt && run.finishedAt && millisecondsBetween(run.startedAt, run.finishedAt),
    // An unfinished run may carry the error of an attempt that is about to be repeated.
    error: statusOf(run) === 'failed' ? problemOf(run) : null,
    links: linksOf(run),
    ...(training && presentTraining(training)),
  };
}

/** A segment that a nightly run had to leave out sees a run that failed. */
function statusOf({ status, segmentError }: RunRecord): RunStatus {
  if (segmentError !== null) return 'failed';
  return status === 'planning' ? 'running' : status;
}

function problemOf({ segmentError, error }: RunRecord): Problem | null {
  const cause = segmentError ?? error;
  return cause && toProblem(cause);
}

/** Of the whole run: its customers, or about how many before the end. */
function totalOf({ status, runProcessed, estimatedMembers }: RunRecord): number {
  return status === 'succeeded' ? runProcessed : Math.max(estimatedMembers, runProcessed);
}

function progressOf(run: RunRecord): RunSummary['progress'] {
  const { runProcessed: processed, status } = run;
  const total = totalOf(run);
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

function linksOf({ id, segmentId, segmentNumber, training }: RunRecord): Record<string, string> {
  const self = `${API_PREFIX}/ml/runs/${id}/`;
  const cancel = `${self}cancel/`;
  if (training) return { self, cancel, model: `${API_PREFIX}/ml/models/${training.model}/` };
  const asSeen = segmentNumber === null ? '' : `?segment_id=${segmentId}`;
  return {
    self: `${self}${asSeen}`,
    results: `${self}results/${asSeen}`,
    errors: `${self}errors/${asSeen}`,
    cancel,
    ...(segmentId !== null && { segment: `${API_PREFIX}/segments/${segmentId}/` }),
  };
}
