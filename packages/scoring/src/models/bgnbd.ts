import { expectedPurchases } from './expected-purchases.ts';
import type { ModelInput } from './manifest-input.ts';
import type { BgnbdParameters, BgnbdShape } from './manifest-training.ts';

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

/** The history behind a raw row of a model's inputs; what is null is imputed. */
export function historyOfRow(
  row: readonly (number | null)[],
  inputs: readonly Pick<ModelInput, 'imputed'>[],
  { days_per_unit }: Pick<BgnbdParameters, 'days_per_unit'>,
): PurchaseHistory {
  const known = inputs.map(({ imputed }, index) => row[index] ?? imputed);
  const [days, sinceLast, age] = known as [number, number, number];
  return purchaseHistory(days, sinceLast, age, days_per_unit);
}

/**
 * The probability that a customer is still alive (Fader, Hardie & Lee 2008, "Computing P(alive)
 * using the BG/NBD model"). Who has bought only once is alive by this model: one drops out only
 * after a repeat purchase.
 */
export function probabilityAlive(
  { r, alpha, a, b }: BgnbdShape,
  { frequency: x, recency, age }: PurchaseHistory,
): number {
  if (x === 0) return 1;
  const silence = ((alpha + age) / (alpha + recency)) ** (r + x);
  return 1 / (1 + (a / (b + x - 1)) * silence);
}

/**
 * The probability that a customer buys nothing within the model's horizon: that he has dropped out,
 * or is alive and happens not to buy. Of those alive the rate of purchases has a gamma distribution
 * with shape r + x and rate α + T, so that none comes in time t with ((α + T) / (α + T + t))^(r + x).
 */
export function probabilityOfNone(parameters: BgnbdParameters, history: PurchaseHistory): number {
  const { r, alpha, horizon_days, days_per_unit } = parameters;
  const known = alpha + history.age;
  const silent = (known / (known + horizon_days / days_per_unit)) ** (r + history.frequency);
  return 1 - probabilityAlive(parameters, history) * (1 - silent);
}

/** What BG/NBD says of a customer beside his churn. */
export function lifetimeOf(
  parameters: BgnbdParameters,
  history: PurchaseHistory,
): { probability_alive: number; expected_purchases: number; horizon_days: number } {
  const { horizon_days, days_per_unit } = parameters;
  return {
    probability_alive: probabilityAlive(parameters, history),
    expected_purchases: expectedPurchases(parameters, history, horizon_days / days_per_unit),
    horizon_days,
  };
}
