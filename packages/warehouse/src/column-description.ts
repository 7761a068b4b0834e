import type { RelationColumn } from './relation.ts';

/** The features that Segcast derives from transactions itself. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    customer_id: 'The customer’s id',
    total_revenue: 'Sum of the positive amounts of all transactions',
    transaction_count: 'Number of transactions',
    days_since_last_transaction: 'Days since the last transaction',
    avg_transaction_value: 'Total revenue divided by the number of transactions',
    lifetime_value: 'Sum of all amounts, returns included',
    customer_age_days: 'Days since the first transaction',
    monthly_revenue: 'Revenue of the last 30 days',
    product_count: 'Number of different products bought',
    service_count: 'Transactions in the last 90 days',
    engagement_score: 'Share of the last twelve 30-day periods with a transaction',
    items_total: 'Number of items bought',
    max_order_value: 'Largest order',
    avg_days_between_orders: 'Mean days between orders',
    revenue_90d: 'Revenue of the last 90 days',
    purchase_days: 'Different days with a purchase',
    active_products_count: 'Different products bought in the last 180 days',
    customer_status: 'New, active, lapsing or lapsed, by recency and tenure',
  }),
);

/** The column's comment in the database, else what is known of the name, else the name in words. */
export function descriptionOf({ name, comment }: RelationColumn): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_+/g, ' ')
    .trim();
  return comment ?? KNOWN.get(name) ?? words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
