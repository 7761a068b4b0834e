import type { BgnbdShape } from '@segcast/scoring';
import { logGamma } from './log-gamma.ts';

/** Customers with the same history, which count once each. */
export interface Histories {
  frequency: Float64Array;
  recency: Float64Array;
  age: Float64Array;
  customers: Float64Array;
}

/** Mean log-likelihood of BG/NBD (Fader, Hardie & Lee 2005, equation 6). */
export function logLikelihood({ r, alpha, a, b }: BgnbdShape, histories: Histories): number {
  const { frequency, recency, age, customers } = histories;
  const common = r * Math.log(alpha) - logGamma(r) - logBeta(a, b);
  let [sum, total] = [0, 0];
  for (let at = 0; at < customers.length; at++) {
    const x = frequency[at]!;
    const alive = logBeta(a, b + x) - (r + x) * Math.log(alpha + age[at]!);
    let log = alive;
    if (x > 0) {
      const gone = logBeta(a + 1, b + x - 1) - (r + x) * Math.log(alpha + recency[at]!);
      log = Math.max(alive, gone) + Math.log1p(Math.exp(-Math.abs(alive - gone)));
    }
    sum += customers[at]! * (common + logGamma(r + x) + log);
    total += customers[at]!;
  }
  return sum / total;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
