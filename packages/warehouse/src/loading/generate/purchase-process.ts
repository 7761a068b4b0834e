import { beta, exponential, gamma } from './distributions.ts';
import type { Random } from './random.ts';

/**
 * How customers buy: BG/NBD (Fader, Hardie and Lee, "Counting your customers the easy way", 2005),
 * with the parameters they publish for CDNOW. A customer's purchases after the first come at a rate
 * from Gamma(r, α) a week, and after each of them the customer is gone for good with a probability
 * from Beta(a, b).
 */
export const BG_NBD = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 } as const;

/**
 * What a purchase is worth: gamma-gamma (Fader and Hardie, "The gamma-gamma model of monetary
 * value", 2013), with the parameters they publish for CDNOW, in the currency's units. A purchase is
 * worth Gamma(p, ν), where ν is the customer's own, from Gamma(q, γ).
 */
export const GAMMA_GAMMA = { p: 6.25, q: 3.74, gamma: 15.44 } as const;

export interface Customer {
  /** Purchases a week while the customer stays. */
  rate: number;
  /** Probability of leaving after a repeated purchase. */
  leaving: number;
  /** Inverse scale of what a purchase is worth. */
  thrift: number;
}

/** Draws how one customer behaves. */
export function drawCustomer(random: Random): Customer {
  return {
    rate: gamma(random, BG_NBD.r, BG_NBD.alpha),
    leaving: beta(random, BG_NBD.a, BG_NBD.b),
    thrift: gamma(random, GAMMA_GAMMA.q, GAMMA_GAMMA.gamma),
  };
}

/** Weeks from one purchase to the next; infinite when the rate is as good as zero. */
export function drawGap(random: Random, customer: Customer): number {
  return exponential(random, customer.rate);
}

/** What one purchase is worth in hundredths, at least 1. */
export function drawCents(random: Random, customer: Customer): number {
  return Math.max(1, Math.round(gamma(random, GAMMA_GAMMA.p, customer.thrift) * 100));
}
