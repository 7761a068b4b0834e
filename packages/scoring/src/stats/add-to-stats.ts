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
  const { imputed: mark } = OUTCOME;
  let imputed = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === mark) imputed++;
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
  const { failed } = OUTCOME;
  const steps = PROBABILITY_STEPS;
  const bins = HISTOGRAM_BINS;
  const highThreshold = Math.fround(thresholds.high);
  const mediumThreshold = Math.fround(thresholds.medium);
  let high = 0;
  let medium = 0;
  let low = 0;
  let sum = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === failed) continue;
    const probability = churn[row]!;
    if (probability > highThreshold) high++;
    else if (probability > mediumThreshold) medium++;
    else low++;
    sum += Math.round(probability * steps);
    const bin = Math.min((probability * bins) | 0, bins - 1);
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
  const { failed } = OUTCOME;
  const steps = PROBABILITY_STEPS;
  const width = OFFER_COUNT;
  let sum = 0;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === failed) continue;
    const offer = best[row]!;
    recommended[offer] = recommended[offer]! + 1;
    sum += Math.round(offers[row * width + offer]! * steps);
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
  const { failed } = OUTCOME;
  const indexOf = rfmCodeIndex;
  for (let row = 0; row < size; row++) {
    if (outcome[row] === failed) continue;
    const index = indexOf(codes[row]!);
    counts[index] = counts[index]! + 1;
  }
}
