import type {
  FailureItem,
  Page,
  PageQuery,
  ResultFilter,
  ResultItem,
  Run,
  RunSummary,
} from '@segcast/contracts';
import {
  listFailures,
  listRunRecords,
  readRunRecord,
  type RunFilter,
  type Store,
} from '@segcast/store';
import { presentRun, toRunSummaries } from './present-run.ts';
import { hasPredictions, predictionsOf } from './read-matches.ts';
import { listFilteredResults, listStoredResults } from './results.ts';

interface ReadDeps {
  store: Store;
}

/**
 * A run with its first results and errors, or what it is to one of its segments. Throws
 * `run_not_found`, as all of these do, and `segment_not_found` when the segment is none of its.
 */
export async function readRun(
  deps: ReadDeps,
  runId: string,
  segmentId: number | null = null,
): Promise<Run> {
  return presentRun(deps, await readRunRecord(deps.store, runId, segmentId));
}

/** One page of runs, newest first. */
export async function listRuns(
  deps: ReadDeps,
  filter: RunFilter,
  page: PageQuery,
): Promise<Page<RunSummary>> {
  const { results, next_cursor } = await listRunRecords(deps.store, filter, page);
  return { results: await toRunSummaries(deps, results), next_cursor };
}

/**
 * One page of a run's results, or of those of one of its segments, or that a filter lets through.
 * Throws `predictions_deleted`.
 */
export async function listResults(
  { store }: ReadDeps,
  runId: string,
  page: PageQuery,
  segmentId: number | null = null,
  filter: ResultFilter = {},
): Promise<Page<ResultItem>> {
  const run = await readRunRecord(store, runId, segmentId);
  hasPredictions(run);
  const filtered = Object.values(filter).some((part) => part !== undefined);
  return filtered
    ? listFilteredResults(store, run, filter, page)
    : listStoredResults(store, run, page);
}

/**
 * One page of the customers that a run could not score, all or those of a segment, and why. Throws
 * `predictions_deleted`.
 */
export async function listErrors(
  { store }: ReadDeps,
  runId: string,
  page: PageQuery,
  segmentId: number | null = null,
): Promise<Page<FailureItem>> {
  const run = await readRunRecord(store, runId, segmentId);
  hasPredictions(run);
  return listFailures(store, predictionsOf(run), page);
}
