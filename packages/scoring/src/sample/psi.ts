/**
 * Above it the customers scored are others than those learnt from: the usual rule of thumb of
 * credit scoring calls a PSI below 0.1 stable and one above 0.25 a significant shift (Lewis, "An
 * Introduction to Credit Scoring", 1994; Siddiqi, "Credit Risk Scorecards", 2006).
 */
export const SIGNIFICANT_PSI = 0.25;
export const MODERATE_PSI = 0.1;

/** What stands for a share of nothing, whose logarithm would be infinite. */
const LEAST_SHARE = 1e-4;

/**
 * The population stability index of two histograms with the same bins: the sum over bins of
 * (actual − expected) · ln(actual / expected), in shares. Null where one of them is empty.
 */
export function populationStability(
  expected: readonly number[],
  actual: readonly number[],
): number | null {
  const totals = [expected, actual].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  if (totals.includes(0)) return null;
  const share = (count: number, total: number) => Math.max(count / total, LEAST_SHARE);
  return expected.reduce((sum, count, bin) => {
    const before = share(count, totals[0]!);
    const now = share(actual[bin] ?? 0, totals[1]!);
    return sum + (now - before) * Math.log(now / before);
  }, 0);
}
