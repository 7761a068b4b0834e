import {
  predictorsOf,
  type Page,
  type PageQuery,
  type ResultFilter,
  type ResultItem,
} from '@segcast/contracts';
import { toPredictionResult, type Offer, type PredictionContext } from '@segcast/scoring';
import { offerNames } from './offer-names.ts';
import {
  decodeResultCursor,
  encodeResultCursor,
  findPrediction,
  listPredictions,
  type PredictionRecord,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { predictionAt, predictionsOf, readMatches } from './read-matches.ts';
import { rfmSegmentsOf } from './summarize-run.ts';

/**
 * One page of a run's results, by shard and then by the customer's id. While it is running these
 * are the results so far; a failed or cancelled run has none, nor has a segment that was left out.
 */
export async function listStoredResults(
  store: Store,
  run: RunRecord,
  page: PageQuery,
): Promise<Page<ResultItem>> {
  if (run.status !== 'running' && run.status !== 'succeeded') {
    return { results: [], next_cursor: null };
  }
  const [{ results, next_cursor }, present] = await Promise.all([
    listPredictions(store, predictionsOf(run), page),
    presenterOf(store, run),
  ]);
  return { results: results.map(present), next_cursor };
}

/**
 * The same of those results that a filter lets through. The page ends where the next such result
 * stands. Throws as `readMatches` does.
 */
export async function listFilteredResults(
  store: Store,
  run: RunRecord,
  filter: ResultFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<ResultItem>> {
  const from = decodeResultCursor(cursor);
  const present = await presenterOf(store, run);
  const results: ResultItem[] = [];
  for await (const { chunk, places } of readMatches(store, run, filter, { from })) {
    const sameChunk = chunk.shard === from.shard && chunk.chunk === from.chunk;
    for (const place of places) {
      if (sameChunk && place < from.ordinal) continue;
      if (results.length === limit) {
        return { results, next_cursor: encodeResultCursor({ ...chunk, ordinal: place }) };
      }
      results.push(present(predictionAt(chunk, place)));
    }
  }
  return { results, next_cursor: null };
}

/** One customer's result of a run, or null. */
export async function findStoredResult(
  store: Store,
  run: RunRecord,
  customerId: string,
): Promise<ResultItem | null> {
  const prediction = await findPrediction(store, predictionsOf(run), customerId);
  return prediction === null ? null : (await presenterOf(store, run))(prediction);
}

/** Turns predictions into results. Names of offers are those of now, whenever the run was. */
export async function presenterOf(
  store: Store,
  run: RunRecord,
): Promise<(prediction: PredictionRecord) => ResultItem> {
  const offers: Offer[] = predictorsOf(run.type).includes('nbo') ? await offerNames(store) : [];
  return presenterWith(run, offers);
}

/** Shows predictions of a run with these names of offers. */
export function presenterWith(
  run: RunRecord,
  offers: readonly Offer[],
): (prediction: PredictionRecord) => ResultItem {
  const context: PredictionContext = {
    churnThresholds: run.churnThresholds,
    rfmSegments: rfmSegmentsOf(run),
    offers,
  };
  return (prediction) => ({
    customer_id: prediction.customerId,
    result: toPredictionResult(run.type, prediction, context),
  });
}
