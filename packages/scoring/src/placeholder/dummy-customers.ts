import type { Random } from './seeded-random.ts';

/** The ten inputs of the placeholder models, in order, and the warehouse columns they come from. */
export const INPUT_COLUMNS = {
  revenue: 'total_revenue',
  transaction_count: 'transaction_count',
  days_since_last: 'days_since_last_transaction',
  avg_transaction_value: 'avg_transaction_value',
  lifetime_value: 'lifetime_value',
  customer_age_days: 'customer_age_days',
  monthly_revenue: 'monthly_revenue',
  product_count: 'product_count',
  service_count: 'service_count',
  engagement_score: 'engagement_score',
} as const;

export type DummyCustomer = Record<keyof typeof INPUT_COLUMNS, number>;

interface Purchase {
  /** Days before the date of reading. */
  daysAgo: number;
  amount: number;
  items: number;
}

/** Kinds of buyer: their share, days between two purchases, and the chance that one is the last. */
const KINDS = [
  { share: 0.4, gap: 90, leaves: 1 },
  { share: 0.35, gap: 110, leaves: 0.2 },
  { share: 0.19, gap: 45, leaves: 0.08 },
  { share: 0.06, gap: 14, leaves: 0.03 },
];
const LONGEST_TENURE_DAYS = 700;

/**
 * A made-up customer of a shop that sells for some tens at a time. Only additions, products and
 * quotients are used, which every machine rounds alike.
 */
export function dummyCustomer(random: Random): DummyCustomer {
  const age = Math.floor(random() * LONGEST_TENURE_DAYS);
  return toFeatures(dummyPurchases(random, age), age);
}

function dummyPurchases(random: Random, age: number): Purchase[] {
  const kind = pickKind(random());
  // Most spend 15 to 40 at a time; the product gives the few who spend five times as much.
  const usual = 10 + 30 * random() + 200 * (random() * random() * random() * random());
  const purchases: Purchase[] = [];
  for (let daysAgo = age; daysAgo >= 0;) {
    const items = 1 + Math.floor(4 * random() * random());
    purchases.push({ daysAgo, items, amount: toCents(usual * (0.5 + random())) });
    if (random() < kind.leaves) break;
    daysAgo -= Math.ceil(kind.gap * (0.2 + 1.6 * random()));
  }
  return purchases;
}

function pickKind(chance: number): (typeof KINDS)[number] {
  let below = 0;
  for (const kind of KINDS) {
    below += kind.share;
    if (chance < below) return kind;
  }
  return KINDS.at(-1)!;
}

function toFeatures(purchases: readonly Purchase[], age: number): DummyCustomer {
  const within = (days: number) => purchases.filter((purchase) => purchase.daysAgo < days);
  const periods = new Set(within(360).map((purchase) => Math.floor(purchase.daysAgo / 30)));
  const revenue = toCents(sum(purchases.map((purchase) => purchase.amount)));
  return {
    revenue,
    transaction_count: purchases.length,
    days_since_last: purchases.at(-1)!.daysAgo,
    avg_transaction_value: revenue / purchases.length,
    lifetime_value: revenue,
    customer_age_days: age,
    monthly_revenue: toCents(sum(within(30).map((purchase) => purchase.amount))),
    product_count: sum(purchases.map((purchase) => purchase.items)),
    service_count: within(90).length,
    engagement_score: periods.size / 12,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
