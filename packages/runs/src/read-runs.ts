import type { FailureItem, Page, PageQuery, ResultItem, Run, RunSummary } from '@segcast/contracts';
import {
  listFailures,
  listRunRecords,
  readRunRecord,
  type RunFilter,
  type Store,
} from '@segcast/store';
import { presentRun, toRunSummaries } from './present-run.ts';
import { listStoredResults } from './results.ts';

interface ReadDeps {
  store: Store;
}

/** A run with its first results and errors. Throws `run_not_found`, as all of these do. */
export async function readRun(deps: ReadDeps, runId: string): Promise<Run> {
  return presentRun(deps, await readRunRecord(deps.store, runId));
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

/** One page of a run's results. */
export async function listResults(
  { store }: ReadDeps,
  runId: string,
  page: PageQuery,
): Promise<Page<ResultItem>> {
  return listStoredResults(store, await readRunRecord(store, runId), page);
}

/** One page of the customers that a run could not score, and why. */
export async function listErrors(
  { store }: ReadDeps,
  runId: string,
  page: PageQuery,
): Promise<Page<FailureItem>> {
  const { id } = await readRunRecord(store, runId);
  return listFailures(store, id, page);
}
