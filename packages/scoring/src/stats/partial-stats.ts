import { OFFER_COUNT, type Predictor } from '@segcast/contracts';
import { z } from 'zod';
import { RFM_CODE_COUNT } from '../rfm/rfm-code.ts';

/** Probabilities are summed as integers, in steps of 2^-24: no order of adding can matter. */
export const PROBABILITY_STEPS = 2 ** 24;

/** The churn histogram's bins are of equal width; a probability of 1 lies in the last. */
export const HISTOGRAM_BINS = 100;

const count = z.int().nonnegative();

/**
 * The aggregates of some of a segment's members: plain JSON, integers only, so that merging parts
 * in any order gives the same bytes. Sums stay exact up to 500 million customers.
 */
export const partialStatsSchema = z.object({
  members: count,
  successful: count,
  failed: count,
  imputed: count,
  churn: z
    .object({
      high: count,
      medium: count,
      low: count,
      /** In steps of 2^-24. */
      probability_sum: count,
      histogram: z.array(count).length(HISTOGRAM_BINS),
    })
    .nullable(),
  nbo: z
    .object({
      /** Per offer, how many customers it is the best for. */
      recommended: z.array(count).length(OFFER_COUNT),
      /** In steps of 2^-24. */
      confidence_sum: count,
    })
    .nullable(),
  /** How many customers have each of the 125 codes, 111 first. The sums of R, F and M follow. */
  rfm: z.object({ codes: z.array(count).length(RFM_CODE_COUNT) }).nullable(),
});
export type PartialStats = z.infer<typeof partialStatsSchema>;

/** Stats of no members, with a part for each predictor given. */
export function createStats(predictors: readonly Predictor[]): PartialStats {
  const zeros = (length: number) => new Array<number>(length).fill(0);
  return {
    members: 0,
    successful: 0,
    failed: 0,
    imputed: 0,
    churn: predictors.includes('churn')
      ? { high: 0, medium: 0, low: 0, probability_sum: 0, histogram: zeros(HISTOGRAM_BINS) }
      : null,
    nbo: predictors.includes('nbo') ? { recommended: zeros(OFFER_COUNT), confidence_sum: 0 } : null,
    rfm: predictors.includes('rfm') ? { codes: zeros(RFM_CODE_COUNT) } : null,
  };
}
