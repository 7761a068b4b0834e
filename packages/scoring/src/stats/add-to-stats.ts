import { OFFER_COUNT, type ChurnThresholds } from '@segcast/contracts';
import { rfmCodeIndex } from '../rfm/rfm-code.ts';
import { OUTCOME, type ScoredBatch } from '../scorer/scoring-batch.ts';
import { HISTOGRAM_BINS, PROBABILITY_STEPS, type PartialStats } from './partial-stats.ts';

/**
 * Adds a scored batch to stats made for the same predictors. A customer that failed counts as a
 * member and as failed, and in nothing else.
 */
export function addToStats(
  stats: PartialStats,
  scored: ScoredBatch,
  thresholds: ChurnThresholds,
): void {
  addOutcomes(stats, scored);
  const { outcome, size, churn, offers, recommended, rfm } = scored;
  if (stats.churn && churn) addChurn(stats.churn, churn, outcome, size, thresholds);
  if (stats.nbo && offers && recommended) addNbo(stats.nbo, offers, recommended, outcome, size);
  if (stats.rfm && rfm) addRfm(stats.rfm, rfm.code, outcome, size);
}

function addOutcomes(stats: PartialStats, { outcome, size, failures }: ScoredBatch): void {
  let imputed = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === OUTCOME.imputed) imputed++;
  }
  stats.members += size;
  stats.failed += failures.length;
  stats.successful += size - failures.length;
  stats.imputed += imputed;
}

function addChurn(
  stats: NonNullable<PartialStats['churn']>,
  churn: Float32Array,
  outcome: Uint8Array,
  size: number,
  thresholds: ChurnThresholds,
): void {
  const { histogram } = stats;
  const highThreshold = Math.fround(thresholds.high);
  const mediumThreshold = Math.fround(thresholds.medium);
  let high = 0;
  let medium = 0;
  let low = 0;
  let sum = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === OUTCOME.failed) continue;
    const probability = churn[row]!;
    if (probability > highThreshold) high++;
    else if (probability > mediumThreshold) medium++;
    else low++;
    sum += Math.round(probability * PROBABILITY_STEPS);
    const bin = Math.min((probability * HISTOGRAM_BINS) | 0, HISTOGRAM_BINS - 1);
    histogram[bin] = histogram[bin]! + 1;
  }
  stats.high += high;
  stats.medium += medium;
  stats.low += low;
  stats.probability_sum += sum;
}

function addNbo(
  stats: NonNullable<PartialStats['nbo']>,
  offers: Float32Array,
  best: Uint8Array,
  outcome: Uint8Array,
  size: number,
): void {
  const { recommended } = stats;
  let sum = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === OUTCOME.failed) continue;
    const offer = best[row]!;
    recommended[offer] = recommended[offer]! + 1;
    sum += Math.round(offers[row * OFFER_COUNT + offer]! * PROBABILITY_STEPS);
  }
  stats.confidence_sum += sum;
}

function addRfm(
  stats: NonNullable<PartialStats['rfm']>,
  codes: Int16Array,
  outcome: Uint8Array,
  size: number,
): void {
  const counts = stats.codes;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === OUTCOME.failed) continue;
    const index = rfmCodeIndex(codes[row]!);
    counts[index] = counts[index]! + 1;
  }
}
