import { escapeIdentifier, escapeLiteral } from 'pg';
import { SOURCE_SCHEMA } from './source-tables.ts';

/** What the loaded transactions know beyond customer, time, amount and items. */
export interface FeatureSources {
  /** Lines of one invoice are one transaction; else every line is one. */
  invoices: boolean;
  products: boolean;
  categories: boolean;
  /** Names of the columns of customers to show. */
  profile: readonly string[];
  /** Schema of the tables of transactions and customers. */
  schema: string;
  /** The last day that counts, as `YYYY-MM-DD`; by default that of the settings. */
  day?: string;
}

/**
 * The status of a customer by days since the last transaction and since the first, in this order:
 * `new` (first within 30 days), `active` (last within 90), `lapsing` (last within 180), `lapsed`.
 */
const STATUS = `CASE
    WHEN max(age) < 30 THEN 'new'
    WHEN min(age) < 90 THEN 'active'
    WHEN min(age) < 180 THEN 'lapsing'
    ELSE 'lapsed' END`;

/** How products are counted where they are known; where not, items stand in for them. */
const PRODUCTS: Readonly<Record<string, string>> = {
  product_count: 'count(DISTINCT product)',
  active_products_count: 'count(DISTINCT product) FILTER (WHERE age < 180)',
};

const MAIN_CATEGORY = 'main_category';

/**
 * The columns that are derived for each customer, in the order of the relation, over the
 * customer's transactions (`revenue` is the sum of positive amounts, `age` is in days).
 *
 * Money is summed as numeric and turned into a double once, so each sum is the double nearest to
 * the exact one. A day is a day in UTC; "the last 30 days" are ages 0 to 29.
 */
const DERIVED: readonly (readonly [column: string, expression: string])[] = [
  ['total_revenue', 'coalesce(sum(revenue), 0)::float8'],
  ['transaction_count', 'count(*)::int'],
  ['days_since_last_transaction', 'min(age)'],
  ['avg_transaction_value', 'coalesce(sum(revenue), 0)::float8 / count(*)'],
  ['lifetime_value', 'sum(amount)::float8'],
  ['customer_age_days', 'max(age)'],
  ['monthly_revenue', 'coalesce(sum(revenue) FILTER (WHERE age < 30), 0)::float8'],
  ['product_count', 'sum(items)'],
  ['service_count', '(count(*) FILTER (WHERE age < 90))::int'],
  [
    // One bit for each 30-day period in which there was a transaction.
    'engagement_score',
    `bit_count(bit_or(CASE WHEN age < 360 THEN 1 << (age / 30) ELSE 0 END)::bit(12)) / 12::float8`,
  ],
  ['items_total', 'sum(items)'],
  ['max_order_value', 'max(amount)::float8'],
  [
    'avg_days_between_orders',
    'CASE WHEN count(*) > 1 THEN (max(age) - min(age)) / (count(*) - 1)::float8 END',
  ],
  ['revenue_90d', 'coalesce(sum(revenue) FILTER (WHERE age < 90), 0)::float8'],
  ['purchase_days', 'count(DISTINCT age)::int'],
  ['active_products_count', 'coalesce(sum(items) FILTER (WHERE age < 180), 0)'],
  ['customer_status', STATUS],
  ['first_transaction_at', 'min(occurred_at)'],
  ['last_transaction_at', 'max(occurred_at)'],
];

/** Names that a profile column cannot take. */
export const DERIVED_COLUMNS: ReadonlySet<string> = new Set([
  'customer_id',
  MAIN_CATEGORY,
  ...DERIVED.map(([column]) => column),
]);

/** The query whose rows are the customers with a transaction up to the as-of day, in order of id. */
export function featureQuery(sources: FeatureSources): string {
  return `
    WITH ${commonTables(sources).join(',\n    ')}
    SELECT ${selectedColumns(sources).join(', ')}
      FROM derived
      ${joins(sources).join('\n      ')}
     ORDER BY derived.customer_id`;
}

function commonTables(sources: FeatureSources): string[] {
  const countsProducts = sources.products && !sources.invoices;
  const derivations = DERIVED.map(([column, expression]) => {
    const counted = countsProducts ? PRODUCTS[column] : undefined;
    return `${counted ?? expression} AS ${column}`;
  });
  const { day } = sources;
  const today =
    day === undefined
      ? `coalesce(as_of, (now() AT TIME ZONE 'UTC')::date) AS day FROM ${SOURCE_SCHEMA}.settings`
      : `${escapeLiteral(day)}::date AS day`;
  return [
    `today AS (SELECT ${today})`,
    `derived AS (
      SELECT customer_id, ${derivations.join(', ')}
        FROM (${transactions(sources)}) AS transactions
       GROUP BY customer_id)`,
    ...(countsProductsApart(sources) ? [`products AS (${products(sources)})`] : []),
    ...(sources.categories ? [`categories AS (${categories(sources)})`] : []),
  ];
}

/**
 * The lines that count, with `revenue` and `age`, by customer and then as `order` says. The order
 * makes PostgreSQL take them from the index, aggregate them as they come, and compute `age` once.
 */
function lines({ schema }: FeatureSources, order = ''): string {
  return `
      SELECT customer_id, occurred_at, amount, items, invoice, product, category,
             CASE WHEN amount > 0 THEN amount END AS revenue,
             (SELECT day FROM today) - (occurred_at AT TIME ZONE 'UTC')::date AS age
        FROM ${schema}.transactions
       WHERE occurred_at < ((SELECT day FROM today) + 1)::timestamp AT TIME ZONE 'UTC'
       ORDER BY customer_id${order}`;
}

function transactions(sources: FeatureSources): string {
  if (sources.invoices) return invoices(sources);
  return lines(sources, sources.products ? ', product' : '');
}

/** An invoice is one transaction, at the time of its first line. */
function invoices(sources: FeatureSources): string {
  return `
      SELECT customer_id, min(occurred_at) AS occurred_at, max(age) AS age, sum(amount) AS amount,
             sum(revenue) AS revenue, sum(items) AS items
        FROM (${lines(sources, ', invoice')}) AS lines
       GROUP BY customer_id, invoice`;
}

/** Whether products need a pass of their own, since the main one sees invoices and not lines. */
function countsProductsApart({ invoices, products }: FeatureSources): boolean {
  return invoices && products;
}

function products(sources: FeatureSources): string {
  const counts = Object.entries(PRODUCTS).map(([column, count]) => `${count} AS ${column}`);
  return `
      SELECT customer_id, ${counts.join(', ')}
        FROM (${lines(sources, ', product')}) AS lines
       GROUP BY customer_id`;
}

/** The category on which a customer has spent most, the first by code point among equals. */
function categories(sources: FeatureSources): string {
  return `
      SELECT DISTINCT ON (customer_id) customer_id, category
        FROM (SELECT customer_id, category, sum(amount) AS spent
                FROM (${lines(sources, ', category')}) AS lines
               WHERE category IS NOT NULL GROUP BY customer_id, category) AS bought
       ORDER BY customer_id, spent DESC, category COLLATE "C"`;
}

function selectedColumns(sources: FeatureSources): string[] {
  const derived = DERIVED.map(([column]) => {
    const isApart = countsProductsApart(sources) && column in PRODUCTS;
    return `${isApart ? 'products' : 'derived'}.${column}`;
  });
  const category = sources.categories ? [`categories.category AS ${MAIN_CATEGORY}`] : [];
  const profile = sources.profile.map((column) => `customers.${escapeIdentifier(column)}`);
  return ['derived.customer_id', ...derived, ...category, ...profile];
}

function joins(sources: FeatureSources): string[] {
  return [
    ...(countsProductsApart(sources) ? ['JOIN products USING (customer_id)'] : []),
    ...(sources.categories ? ['LEFT JOIN categories USING (customer_id)'] : []),
    ...(sources.profile.length > 0
      ? [`LEFT JOIN ${sources.schema}.customers USING (customer_id)`]
      : []),
  ];
}
