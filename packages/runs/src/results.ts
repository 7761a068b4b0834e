import { predictorsOf, type Page, type PageQuery, type ResultItem } from '@segcast/contracts';
import { toPredictionResult, type Offer, type PredictionContext } from '@segcast/scoring';
import { offerNames } from './offer-names.ts';
import {
  findPrediction,
  listPredictions,
  type PredictionRecord,
  type PredictionsOf,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { rfmSegmentsOf } from './summarize-run.ts';

/** Whose predictions a run's record stands for: everybody's, or those of one segment. */
export function predictionsOf({ id, segmentNumber }: RunRecord): PredictionsOf {
  return { runId: id, segmentNumber };
}

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

/** One customer's result of a run, or null. */
export async function findStoredResult(
  store: Store,
  run: RunRecord,
  customerId: string,
): Promise<ResultItem | null> {
  const prediction = await findPrediction(store, predictionsOf(run), customerId);
  return prediction === null ? null : (await presenterOf(store, run))(prediction);
}

/** Names are those of now, whenever the run was. */
async function presenterOf(
  store: Store,
  run: RunRecord,
): Promise<(prediction: PredictionRecord) => ResultItem> {
  const offers: Offer[] = predictorsOf(run.type).includes('nbo') ? await offerNames(store) : [];
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
