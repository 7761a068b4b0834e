import type { PartialStats } from './partial-stats.ts';

/**
 * Adds the stats of other members to `into`. Commutative and associative; both must have been made
 * for the same predictors.
 */
export function mergeStats(into: PartialStats, from: PartialStats): void {
  into.members += from.members;
  into.successful += from.successful;
  into.failed += from.failed;
  into.imputed += from.imputed;
  mergePart(into.churn, from.churn, (to, part) => {
    to.high += part.high;
    to.medium += part.medium;
    to.low += part.low;
    to.probability_sum += part.probability_sum;
    addCounts(to.histogram, part.histogram);
  });
  mergePart(into.nbo, from.nbo, (to, part) => {
    to.confidence_sum += part.confidence_sum;
    addCounts(to.recommended, part.recommended);
  });
  mergePart(into.rfm, from.rfm, (to, part) => addCounts(to.codes, part.codes));
}

function mergePart<T>(into: T | null, from: T | null, add: (into: T, from: T) => void): void {
  if ((into === null) !== (from === null)) {
    throw new TypeError('Stats of different predictors cannot be merged.');
  }
  if (into !== null && from !== null) add(into, from);
}

function addCounts(into: number[], from: readonly number[]): void {
  from.forEach((count, index) => {
    into[index] = into[index]! + count;
  });
}
