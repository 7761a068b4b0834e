import type { BgnbdParameters } from './manifest-training.ts';

/** What a BG/NBD model reads of a customer, in this order; its inputs are not scaled. */
export const BGNBD_COLUMNS = [
  'purchase_days',
  'days_since_last_transaction',
  'customer_age_days',
] as const;

/** Repeat purchases, the time of the last and of now since the first, in the model's units. */
export interface PurchaseHistory {
  frequency: number;
  recency: number;
  age: number;
}

/** The history behind `BGNBD_COLUMNS`. */
export function purchaseHistory(
  purchaseDays: number,
  daysSinceLast: number,
  ageDays: number,
  daysPerUnit: number,
): PurchaseHistory {
  return {
    frequency: Math.max(0, purchaseDays - 1),
    recency: Math.max(0, ageDays - daysSinceLast) / daysPerUnit,
    age: ageDays / daysPerUnit,
  };
}

/**
 * The probability that a customer is still alive (Fader, Hardie & Lee 2008, "Computing P(alive)
 * using the BG/NBD model"). Who has bought only once is alive by this model: one drops out only
 * after a repeat purchase.
 */
export function probabilityAlive(
  { r, alpha, a, b }: BgnbdParameters,
  { frequency: x, recency, age }: PurchaseHistory,
): number {
  if (x === 0) return 1;
  const silence = ((alpha + age) / (alpha + recency)) ** (r + x);
  return 1 / (1 + (a / (b + x - 1)) * silence);
}
