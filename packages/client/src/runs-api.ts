import type { CallOptions, Connection } from './connection.ts';
import { eachOf } from './pages.ts';
import { waitForRun, type WaitOptions } from './wait-for-run.ts';
import type {
  FailureItem,
  PredictionType,
  ResultFilter,
  ResultItem,
  Run,
  RunStatus,
  RunSummary,
} from './types.ts';

export interface RunFilter {
  segment_id?: number;
  status?: RunStatus;
  type?: PredictionType;
}

/** Of a nightly run: as one of its segments sees it. */
export interface OfSegment {
  segment_id?: number;
}

export type RunsApi = ReturnType<typeof createRunsApi>;

/** Runs and what they found. */
export function createRunsApi(connection: Connection) {
  const { call } = connection;
  const at = (runId: string, rest = '') => `/ml/runs/${encodeURIComponent(runId)}/${rest}`;
  const get = (runId: string, { signal, ...query }: OfSegment & CallOptions = {}) =>
    call<Run>(at(runId), { query, signal });

  return {
    get,
    /** Every run, newest first, without results. */
    list: ({ signal, ...query }: RunFilter & CallOptions = {}) =>
      eachOf<RunSummary>(connection, '/ml/runs/', { query, signal }),
    /** @throws SegcastError `run_finished` when there is nothing to cancel. */
    cancel: (runId: string, options?: CallOptions) =>
      call<Run>(at(runId, 'cancel/'), { ...options, method: 'POST' }),
    /**
     * Answers a run when it has succeeded.
     * @throws SegcastError when it fails or is cancelled.
     */
    wait: async (runId: string, options: WaitOptions = {}) =>
      waitForRun(connection, await get(runId, { signal: options.signal }), options),
    /** Every result that meets the filter, fetched page by page as they are asked for. */
    results: (runId: string, options: Partial<ResultFilter> & OfSegment & CallOptions = {}) => {
      const { signal, ...query } = options;
      return eachOf<ResultItem>(connection, at(runId, 'results/'), { query, signal });
    },
    /** Every customer that could not be scored, and why. */
    errors: (runId: string, { signal, ...query }: OfSegment & CallOptions = {}) =>
      eachOf<FailureItem>(connection, at(runId, 'errors/'), { query, signal }),
  };
}
