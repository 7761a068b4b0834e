import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importTransactions } from '@segcast/warehouse';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

const AS_OF = '2024-02-29';
const DAY_MS = 86_400_000;
const AS_OF_DAY = Date.parse(AS_OF) / DAY_MS;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'segcast-derivation-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

interface Line {
  customer: string;
  time: Date;
  cents: number;
  items: number;
  invoice: string;
  product: string;
  category: string;
}

interface Case {
  lines: Line[];
  invoices: boolean;
  products: boolean;
  categories: boolean;
}

/** Days before the as-of day around which features change, and others. */
const age = fc.oneof(
  fc.constantFrom(-1, 0, 1, 29, 30, 31, 89, 90, 91, 179, 180, 181, 359, 360, 361),
  fc.integer({ min: -40, max: 800 }),
);
const timeOfDay = fc.oneof(
  fc.constantFrom(0, 1, DAY_MS / 2, DAY_MS - 1),
  fc.nat({ max: DAY_MS - 1 }),
);
const line: fc.Arbitrary<Line> = fc.record({
  customer: fc.constantFrom('a', 'B', 'ä', '0007', 'tab\tbed', 'back\\slash', "o'hara", 'x"y'),
  time: fc.tuple(age, timeOfDay).map(([days, ms]) => new Date((AS_OF_DAY - days) * DAY_MS + ms)),
  cents: fc.oneof(
    fc.constantFrom(0, 1, -1, 10, 20, 99_999_999),
    fc.integer({ min: -5_000, max: 50_000 }),
  ),
  items: fc.integer({ min: -3, max: 20 }),
  invoice: fc.constantFrom('i1', 'i2', 'i3', 'i4'),
  product: fc.constantFrom('', 'p1', 'p2', 'p3'),
  category: fc.constantFrom('', 'c1', 'C2', 'ç3'),
});
const loadedCase: fc.Arbitrary<Case> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 120 }),
  invoices: fc.boolean(),
  products: fc.boolean(),
  categories: fc.boolean(),
});

test('features equal a plain derivation, whatever the transactions', async () => {
  await fc.assert(
    fc.asyncProperty(loadedCase, async (loaded) => {
      await load(loaded);
      const rows = await queryRows<Record<string, unknown>>(
        database.url,
        `SELECT ${COLUMNS.join(', ')}${loaded.categories ? ', main_category' : ''}
           FROM ${RELATION}`,
      );
      const byId = new Map(rows.map((row) => [row.customer_id, row]));
      expect(byId).toEqual(derive(loaded));
    }),
    { numRuns: 40 },
  );
});

const COLUMNS = [
  ...['customer_id', 'total_revenue', 'transaction_count', 'days_since_last_transaction'],
  ...['avg_transaction_value', 'lifetime_value', 'customer_age_days', 'monthly_revenue'],
  ...['product_count::int', 'service_count', 'engagement_score', 'items_total::int'],
  ...['max_order_value', 'avg_days_between_orders', 'revenue_90d', 'active_products_count::int'],
  'purchase_days',
  ...['customer_status', 'first_transaction_at', 'last_transaction_at'],
];

async function load({ lines, invoices, products, categories }: Case): Promise<void> {
  const file = join(folder, 'lines.csv');
  const rows = lines.map((row) => [
    row.customer,
    row.time.toISOString(),
    (row.cents / 100).toFixed(2),
    String(row.items),
    row.invoice,
    row.product,
    row.category,
  ]);
  const quoted = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(';'));
  await writeFile(file, quoted.join('\n'));
  await importTransactions(database.url, {
    files: [file],
    format: { kind: 'delimited', delimiter: ';', header: false },
    mapping: {
      ...{ customer: '1', date: '2', amount: '3', items: '4' },
      ...(invoices ? { invoice: '5' } : {}),
      ...(products ? { product: '6' } : {}),
      ...(categories ? { category: '7' } : {}),
    },
    relation: RELATION,
    asOf: AS_OF,
  });
}

interface Transaction {
  time: number;
  age: number;
  cents: number;
  revenue: number;
  items: number;
}

/** The design's derivation, written for reading and not for speed. */
function derive(loaded: Case): Map<string, Record<string, unknown>> {
  const counted = loaded.lines.filter(({ time }) => ageOf(time.getTime()) >= 0);
  const byCustomer = groupBy(counted, ({ customer }) => customer);
  return new Map([...byCustomer].map(([id, lines]) => [id, deriveOne(id, lines, loaded)]));
}

function deriveOne(id: string, lines: Line[], loaded: Case): Record<string, unknown> {
  const transactions = transactionsOf(lines, loaded.invoices);
  const ages = transactions.map((transaction) => transaction.age);
  const within = (days: number) => transactions.filter((transaction) => transaction.age < days);
  const recency = Math.min(...ages);
  const tenure = Math.max(...ages);
  const revenue = sum(transactions, 'revenue') / 100;
  const periods = new Set(ages.filter((days) => days < 360).map((days) => Math.floor(days / 30)));
  const count = transactions.length;
  return {
    customer_id: id,
    total_revenue: revenue,
    transaction_count: count,
    days_since_last_transaction: recency,
    avg_transaction_value: revenue / count,
    lifetime_value: sum(transactions, 'cents') / 100,
    customer_age_days: tenure,
    monthly_revenue: sum(within(30), 'revenue') / 100,
    product_count: productsOf(lines, transactions, loaded.products, Infinity),
    service_count: within(90).length,
    engagement_score: periods.size / 12,
    items_total: sum(transactions, 'items'),
    max_order_value: Math.max(...transactions.map(({ cents }) => cents)) / 100,
    avg_days_between_orders: count > 1 ? (tenure - recency) / (count - 1) : null,
    revenue_90d: sum(within(90), 'revenue') / 100,
    purchase_days: new Set(ages).size,
    active_products_count: productsOf(lines, transactions, loaded.products, 180),
    customer_status: statusOf(recency, tenure),
    first_transaction_at: new Date(Math.min(...transactions.map(({ time }) => time))),
    last_transaction_at: new Date(Math.max(...transactions.map(({ time }) => time))),
    ...(loaded.categories ? { main_category: mainCategoryOf(lines) } : {}),
  };
}

function transactionsOf(lines: Line[], byInvoice: boolean): Transaction[] {
  const groups = byInvoice
    ? [...groupBy(lines, ({ invoice }) => invoice).values()]
    : lines.map((single) => [single]);
  return groups.map((group) => {
    const time = Math.min(...group.map((each) => each.time.getTime()));
    return {
      time,
      age: ageOf(time),
      cents: group.reduce((total, { cents }) => total + cents, 0),
      revenue: group.reduce((total, { cents }) => total + Math.max(0, cents), 0),
      items: group.reduce((total, { items }) => total + items, 0),
    };
  });
}

function productsOf(
  lines: Line[],
  transactions: Transaction[],
  known: boolean,
  days: number,
): number {
  if (!known)
    return sum(
      transactions.filter((transaction) => transaction.age < days),
      'items',
    );
  const recent = lines.filter(({ time }) => ageOf(time.getTime()) < days);
  return new Set(recent.map(({ product }) => product).filter((product) => product !== '')).size;
}

function mainCategoryOf(lines: Line[]): string | null {
  const spent = new Map<string, number>();
  for (const { category, cents } of lines) {
    if (category !== '') spent.set(category, (spent.get(category) ?? 0) + cents);
  }
  const [best] = [...spent].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}

function statusOf(recency: number, tenure: number): string {
  if (tenure < 30) return 'new';
  if (recency < 90) return 'active';
  return recency < 180 ? 'lapsing' : 'lapsed';
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function ageOf(time: number): number {
  return AS_OF_DAY - Math.floor(time / DAY_MS);
}

function sum(transactions: Transaction[], field: keyof Transaction): number {
  return transactions.reduce((total, transaction) => total + transaction[field], 0);
}
