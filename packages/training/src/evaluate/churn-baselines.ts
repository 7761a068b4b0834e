import type { ModelMetrics } from '@segcast/scoring';
import type { Dataset } from '../data/read-dataset.ts';
import { fitPlatt } from '../fit/calibration.ts';
import { churnScores } from './churn-scores.ts';
import { valuesOf } from './values-of.ts';

const RECENCY = 'days_since_last_transaction';

/** What days since the last purchase alone, and the share of positives alone, tell of the test. */
export function churnBaselines(dataset: Dataset): ModelMetrics['baselines'] {
  const { labels, split } = dataset;
  const [seen, test] = [valuesOf(labels, split.train), valuesOf(labels, split.test)];
  const share = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  const recency = dataset.rawColumn(RECENCY);
  return {
    ...(recency ? { recency: recencyScores(recency, seen, test, dataset) } : {}),
    majority: churnScores(new Float64Array(test.length).fill(share), test),
  };
}

function recencyScores(
  recency: Float64Array,
  seen: Float64Array,
  test: Float64Array,
  { split }: Dataset,
) {
  // Its logarithm: the first days of silence say more than the last.
  const logs = recency.map((days) => Math.log1p(Math.max(0, Number.isNaN(days) ? 0 : days)));
  const { slope, intercept } = fitPlatt(valuesOf(logs, split.train), seen);
  const probabilities = valuesOf(logs, split.test).map(
    (value) => 1 / (1 + Math.exp(-(slope * value + intercept))),
  );
  return churnScores(probabilities, test);
}
