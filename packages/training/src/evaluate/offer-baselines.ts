import type { ModelMetrics } from '@segcast/scoring';
import { boughtColumn } from '@segcast/warehouse';
import type { Dataset } from '../data/read-dataset.ts';
import { offerScores } from './offer-scores.ts';
import { valuesOf } from './values-of.ts';

/**
 * What the offers' shares alone tell of the test, and what each customer had bought most: shares of
 * his purchases, with those of all customers counting as one more purchase.
 */
export function offerBaselines(dataset: Dataset, width: number): ModelMetrics['baselines'] {
  const { labels, split } = dataset;
  const seen = valuesOf(labels, split.train);
  const taken = valuesOf(labels, split.test);
  const shares = Array.from(
    { length: width },
    (_, offer) => seen.filter((label) => label === offer).length / seen.length,
  );
  const majority = Float64Array.from(
    { length: taken.length * width },
    (_, at) => shares[at % width]!,
  );
  const bought = shares.map((_, offer) => dataset.rawColumn(boughtColumn(offer)));
  return {
    majority: offerScores(majority, width, taken),
    ...(bought.every((column) => column !== null)
      ? { most_bought: offerScores(boughtShares(bought, shares, dataset), width, taken) }
      : {}),
  };
}

function boughtShares(
  bought: readonly Float64Array[],
  shares: readonly number[],
  { split }: Dataset,
): Float64Array {
  const width = shares.length;
  const probabilities = new Float64Array(split.test.length * width);
  split.test.forEach((row, at) => {
    const total = bought.reduce((sum, column) => sum + column[row]!, 1);
    shares.forEach((share, offer) => {
      probabilities[at * width + offer] = (bought[offer]![row]! + share) / total;
    });
  });
  return probabilities;
}
