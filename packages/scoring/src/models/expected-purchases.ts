import type { PurchaseHistory } from './bgnbd.ts';
import type { BgnbdShape } from './manifest-training.ts';

/**
 * The purchases to expect of a customer in the next `units` of time (Fader, Hardie & Lee 2005,
 * equation 10).
 */
export function expectedPurchases(
  { r, alpha, a, b }: BgnbdShape,
  { frequency: x, recency, age }: PurchaseHistory,
  units: number,
): number {
  const z = units / (alpha + age + units);
  const hyper = hypergeometric(r + x, b + x, a + b + x - 1, z);
  const kept = 1 - ((alpha + age) / (alpha + age + units)) ** (r + x) * hyper;
  const gone = x === 0 ? 0 : (a / (b + x - 1)) * ((alpha + age) / (alpha + recency)) ** (r + x);
  return (((a + b + x - 1) / (a - 1)) * kept) / (1 + gone);
}

/** ₂F₁(a, b; c; z) by its series, for 0 ≤ z < 1. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let [term, sum] = [1, 1];
  for (let k = 0; k < 100_000 && Math.abs(term) > 1e-12 * Math.abs(sum); k++) {
    term *= (((a + k) * (b + k)) / ((c + k) * (k + 1))) * z;
    sum += term;
  }
  return sum;
}
