import type { ChurnRisk, ChurnThresholds } from '@segcast/contracts';

/**
 * The risk of a float32 probability: above `high`, above `medium`, or low. The thresholds are
 * rounded to float32 first, so that a probability shown as 0.4 is not above 0.4.
 */
export function churnRisk(probability: number, thresholds: ChurnThresholds): ChurnRisk {
  if (probability > Math.fround(thresholds.high)) return 'high';
  return probability > Math.fround(thresholds.medium) ? 'medium' : 'low';
}
