import { generateCustomers, warehouseIsEmpty, type LoadProgress } from '@segcast/warehouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { featuresHash, queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(async () => {
  await database.drop();
});

const generate = (seed: number, customers = 3_000) =>
  generateCustomers(database.url, { customers, seed, relation: RELATION, asOf: '2025-06-30' });

test('a warehouse is empty until something is loaded', async () => {
  expect(await warehouseIsEmpty(database.url, RELATION)).toBe(true);
  await generate(1, 10);
  expect(await warehouseIsEmpty(database.url, RELATION)).toBe(false);
});

test('the same seed gives the same bytes, another one others', async () => {
  await generate(5);
  const first = await featuresHash(database.url);
  await generate(6);
  expect(await featuresHash(database.url)).not.toBe(first);
  await generate(5);
  expect(await featuresHash(database.url)).toBe(first);
});

test('the report and the progress say what was generated', async () => {
  const progress: LoadProgress[] = [];
  const report = await generateCustomers(database.url, {
    customers: 20_000,
    seed: 2,
    relation: RELATION,
    onProgress: (step) => progress.push(step),
  });
  const [row] = await queryRows<Record<string, number | string>>(
    database.url,
    `SELECT count(*)::int AS customers, sum(transaction_count)::int AS transactions,
            (now() AT TIME ZONE 'UTC')::date::text AS today, min(days_since_last_transaction) AS latest
       FROM ${RELATION}`,
  );
  expect(report).toMatchObject({ customers: 20_000, transactions: row!.transactions, seed: 2 });
  expect(report.as_of).toBe(row!.today);
  expect(row).toMatchObject({ customers: 20_000, latest: 0 });
  expect(progress).toEqual([
    { stage: 'customers', done: 10_000, total: 20_000 },
    { stage: 'customers', done: 20_000, total: 20_000 },
    { stage: 'features', done: 0, total: null },
  ]);
});

test('the profile has texts, dates and booleans, some of them unknown', async () => {
  await generate(3);
  const [row] = await queryRows<Record<string, unknown>>(
    database.url,
    `SELECT pg_typeof(max(country))::text AS country, pg_typeof(max(birth_date))::text AS birth_date,
            pg_typeof(bool_or(newsletter))::text AS newsletter,
            count(*) FILTER (WHERE plan IS NULL) > 0 AS some_plans_unknown,
            count(DISTINCT country)::int AS countries,
            count(*) FILTER (WHERE product_count > 1) > 0 AS some_buy_more,
            bool_and(signup_date = (first_transaction_at AT TIME ZONE 'UTC')::date) AS signs_up_first
       FROM ${RELATION}`,
  );
  expect(row).toEqual({
    country: 'text',
    birth_date: 'date',
    newsletter: 'boolean',
    some_plans_unknown: true,
    countries: 7,
    some_buy_more: true,
    signs_up_first: true,
  });
});

test('rows lie in the order of ids, with a unique index and statistics', async () => {
  await generate(4);
  const [row] = await queryRows<Record<string, unknown>>(
    database.url,
    `SELECT (SELECT correlation FROM pg_stats
              WHERE tablename = '${RELATION}' AND attname = 'customer_id') AS correlation,
            (SELECT bool_or(indisunique) FROM pg_index
              WHERE indrelid = '${RELATION}'::regclass) AS has_unique_index`,
  );
  expect(row).toEqual({ correlation: 1, has_unique_index: true });
});

test.each([
  [{ customers: 0, seed: 1 }, 'number of customers'],
  [{ customers: 1.5, seed: 1 }, 'number of customers'],
  [{ customers: 1, seed: -1 }, 'seed'],
  [{ customers: 1, seed: 1, asOf: '2025-02-30' }, 'not a day'],
  [{ customers: 1, seed: 1, relation: 'a; DROP TABLE b' }, "not a relation's name"],
])('%j is refused', async (options, reason) => {
  await expect(
    generateCustomers(database.url, { relation: RELATION, ...options }),
  ).rejects.toMatchObject({
    code: 'import_failed',
    message: expect.stringContaining(reason) as string,
  });
});

test('a server that does not answer is said to be away', async () => {
  const loading = generateCustomers('postgres://nobody@127.0.0.1:1/none', {
    customers: 1,
    seed: 1,
    relation: RELATION,
  });
  await expect(loading).rejects.toMatchObject({ code: 'warehouse_unavailable', retryable: true });
});
