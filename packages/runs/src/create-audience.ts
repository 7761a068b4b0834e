import { AppError, type AudienceFilter, type ResultFilter } from '@segcast/contracts';
import {
  insertAudience,
  readRunRecord,
  type AudienceRecord,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { v7 as uuidv7 } from 'uuid';
import { readMatches, requireFinished } from './read-matches.ts';

export interface AudienceRequest {
  name: string;
  filter: AudienceFilter;
  /** Of the control group, 0 to 1. */
  controlShare: number;
}

/**
 * Freezes the customers of a run's results that a filter lets through into an audience. Throws
 * `run_not_found`, `segment_not_found`, `run_unfinished`, `run_unsuccessful`, `predictions_deleted`
 * and `invalid_request`; nothing is kept then, nor when the signal is aborted.
 */
export async function createAudience(
  { store }: { store: Store },
  runId: string,
  { name, filter, controlShare }: AudienceRequest,
  signal: AbortSignal,
): Promise<AudienceRecord> {
  const { segment_id: wanted = null, ...ofResults } = filter;
  const run = await readRunRecord(store, runId, wanted);
  requireSuccess(run);
  const { segmentId, segmentName } = run;
  if (segmentId === null || segmentName === null) {
    throw new AppError(
      'invalid_request',
      `Run ${runId} scored many segments: name the one that the audience is of in filter.segment_id.`,
      { errors: [{ pointer: '/filter/segment_id', detail: 'is required of a nightly run' }] },
    );
  }
  const kept = Object.entries(filter).filter(([, value]) => value !== undefined);
  const audience = {
    id: uuidv7(),
    name,
    runId,
    segmentId,
    segmentName,
    filter: Object.fromEntries(kept) as AudienceRecord['filter'],
    controlShare,
  };
  return insertAudience(store, audience, customerIds(store, run, ofResults, signal));
}

function requireSuccess(run: RunRecord): void {
  requireFinished(run);
  if (run.status === 'succeeded') return;
  throw new AppError(
    'run_unsuccessful',
    `Run ${run.id} is ${run.status}: it has no results. Make the audience of a run that succeeded.`,
  );
}

async function* customerIds(
  store: Store,
  run: RunRecord,
  filter: ResultFilter,
  signal: AbortSignal,
): AsyncGenerator<string[], void> {
  try {
    for await (const { chunk, places } of readMatches(store, run, filter, { signal })) {
      yield places.map((place) => chunk.customerIds.at(place));
    }
  } catch (error) {
    throw inFilter(error);
  }
  // Reading ends early then, and a part must not be taken for the whole.
  if (signal.aborted) {
    throw new AppError('invalid_request', 'The client left before its audience was made.');
  }
}

/** A filter of results stands in the query there, and in the body here. */
function inFilter(error: unknown): unknown {
  if (!(error instanceof AppError) || error.errors === undefined) return error;
  const errors = error.errors.map(({ pointer, detail }) => ({
    pointer: `/filter${pointer}`,
    detail,
  }));
  return new AppError(error.code, error.message, { errors, cause: error });
}
