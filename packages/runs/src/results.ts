import type { Page, PageQuery, ResultItem } from '@segcast/contracts';
import { toPredictionResult, type PredictionContext } from '@segcast/scoring';
import {
  findPrediction,
  listPredictions,
  type PredictionRecord,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { rfmSegmentsOf } from './summarize-run.ts';

/**
 * One page of a run's results, by shard and then by the customer's id. While it is running these
 * are the results so far; a failed or cancelled run has none.
 */
export async function listStoredResults(
  store: Store,
  run: RunRecord,
  page: PageQuery,
): Promise<Page<ResultItem>> {
  if (run.status !== 'running' && run.status !== 'succeeded') {
    return { results: [], next_cursor: null };
  }
  const { results, next_cursor } = await listPredictions(store, run.id, page);
  const present = presenterOf(run);
  return { results: results.map(present), next_cursor };
}

/** One customer's result of a run, or null. */
export async function findStoredResult(
  store: Store,
  run: RunRecord,
  customerId: string,
): Promise<ResultItem | null> {
  const prediction = await findPrediction(store, run.id, customerId);
  return prediction === null ? null : presenterOf(run)(prediction);
}

function presenterOf(run: RunRecord): (prediction: PredictionRecord) => ResultItem {
  const context: PredictionContext = {
    churnThresholds: run.churnThresholds,
    rfmSegments: rfmSegmentsOf(run),
  };
  return (prediction) => ({
    customer_id: prediction.customerId,
    result: toPredictionResult(run.type, prediction, context),
  });
}
