import { AppError, type ResultFilter } from '@segcast/contracts';
import {
  isMember,
  predictionsDeleted,
  readChunks,
  type ChunkPosition,
  type PredictionRecord,
  type PredictionsOf,
  type RunRecord,
  type Store,
  type StoredChunk,
} from '@segcast/store';
import { compileFilter } from './result-filter.ts';

/** A chunk of a run and the places in it of the customers that are wanted, in rising order. */
export interface Matches {
  chunk: StoredChunk;
  places: number[];
}

const START: ChunkPosition = { shard: 0, chunk: 0 };

/**
 * The predictions of a run that a filter lets through, chunk by chunk, by shard and then by the
 * customer's id; chunks without any are left out. Holds one connection while it is read, on which
 * retention waits. Throws `invalid_request` and `predictions_deleted`.
 */
export async function* readMatches(
  store: Store,
  run: RunRecord,
  filter: ResultFilter,
  { from = START, signal }: { from?: ChunkPosition; signal?: AbortSignal } = {},
): AsyncGenerator<Matches, void> {
  if (!hasPredictions(run)) return;
  const { bounds, matches } = compileFilter(run, filter);
  for await (const chunk of readChunks(store, { of: predictionsOf(run), bounds, from }, signal)) {
    const { members } = chunk;
    const places: number[] = [];
    for (let place = 0; place < chunk.customerIds.length; place++) {
      if (members !== null && !isMember(members, place)) continue;
      if (matches(chunk, place)) places.push(place);
    }
    if (places.length > 0) yield { chunk, places };
  }
}

/** Whose predictions a run's record stands for: everybody's, or those of one segment. */
export function predictionsOf({ id, segmentNumber }: RunRecord): PredictionsOf {
  return { runId: id, segmentNumber };
}

/** Whether a run has results, or some so far. Throws `predictions_deleted` of those it had. */
export function hasPredictions({ id, status, predictionsDeletedAt }: RunRecord): boolean {
  if (status === 'succeeded' && predictionsDeletedAt !== null) {
    throw predictionsDeleted(id, predictionsDeletedAt);
  }
  return status === 'running' || status === 'succeeded';
}

/** Throws `run_unfinished` unless all of a run's results are there. */
export function requireFinished({ id, status }: RunRecord): void {
  if (status !== 'queued' && status !== 'planning' && status !== 'running') return;
  throw new AppError(
    'run_unfinished',
    `Run ${id} is ${status}: its results are not all there yet. Wait until it has succeeded.`,
  );
}

/** One prediction of a chunk. */
export function predictionAt(chunk: StoredChunk, place: number): PredictionRecord {
  const { customerIds, churn, offers, rfm } = chunk;
  return {
    customerId: customerIds.at(place),
    churnProbability: churn === null ? null : churn[place]!,
    offerScores: offers === null ? null : offers.map((column) => column[place]!),
    rfm: rfm && {
      code: rfm.code[place]!,
      recency: orNull(rfm.recency[place]!),
      frequency: orNull(rfm.frequency[place]!),
      monetary: orNull(rfm.monetary[place]!),
    },
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
