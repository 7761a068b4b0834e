import type { DummyCustomer } from './dummy-customers.ts';

/** The made-up probability of churn: low revenue and long inactivity raise it. */
export function dummyChurn(customer: DummyCustomer): number {
  const inactivity = (customer.days_since_last - 120) / 100;
  const spending = customer.revenue / (customer.revenue + 100);
  return steep(inactivity + 1 - 2.5 * spending);
}

/** The made-up wish for each of the eight offers: high, middle and low revenue differ. */
export function dummyOffers(customer: DummyCustomer): number[] {
  const low = 1 - share(customer.revenue, 70);
  const high = share(customer.revenue, 300);
  const middle = Math.max(0, 1 - low - high);
  const inactive = share(customer.days_since_last, 120);
  const fresh = 1 - share(customer.customer_age_days, 90);
  const frequent = share(customer.transaction_count, 4);
  const bigBasket = share(customer.avg_transaction_value, 50);
  return normalise([
    low * inactive * (1 - fresh),
    low * (1 - inactive) * (1 - fresh),
    low * fresh,
    middle * frequent * (1 - bigBasket),
    middle * (1 - frequent) * (1 - bigBasket),
    middle * bigBasket,
    high * (1 - share(customer.transaction_count, 12)),
    high * share(customer.transaction_count, 12),
  ]);
}

/** From 0 at 0 over one half at `half` towards 1. */
function share(value: number, half: number): number {
  const square = (value * value) / (half * half);
  return square / (1 + square);
}

/** An S-shaped curve from 0 to 1 without transcendental functions, whose bits may differ. */
function steep(value: number): number {
  return 0.5 + (0.5 * value) / (1 + Math.abs(value));
}

function normalise(wishes: readonly number[]): number[] {
  const raised = wishes.map((wish) => 0.005 + wish * wish);
  const total = raised.reduce((sum, wish) => sum + wish, 0);
  return raised.map((wish) => wish / total);
}
