import { loadConfig } from '@segcast/runtime';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { prepareWarehouse } from '../apps/cli/src/up/prepare-warehouse.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/services.ts';

const config = loadConfig({});
let own: TestDatabase;
let given: TestDatabase;

beforeEach(async () => {
  [own, given] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
});
afterEach(async () => {
  await Promise.all([own.drop(), given.drop()]);
});

function prepare(warehouse: TestDatabase, demo: boolean): Promise<string> {
  const urls = {
    databaseUrl: own.url,
    warehouseUrl: warehouse.url,
    warehouseAdminUrl: warehouse.url,
  };
  return prepareWarehouse(config, urls, demo);
}

async function query(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
  } finally {
    await client.end();
  }
}

const countOf = (database: TestDatabase) =>
  query(database, 'SELECT count(*)::int AS value FROM customer_features_view');
const relationsOf = (database: TestDatabase) =>
  query(
    database,
    "SELECT relname AS value FROM pg_class WHERE relkind IN ('r', 'm') AND oid > 16384",
  );

test('a warehouse of our own that is empty is filled, once', async () => {
  expect(await prepare(own, false)).toContain('20,000 generated customers');
  expect(await countOf(own)).toEqual([20_000]);
  expect(await prepare(own, true)).toBe('customer_features_view');
});

test('an empty database that was given is filled for a demonstration only', async () => {
  await expect(prepare(given, false)).rejects.toThrow('nothing was written to it');
  expect(await relationsOf(given)).toEqual([]);
  expect(await prepare(given, true)).toContain('20,000 generated customers');
  expect(await countOf(given)).toEqual([20_000]);
});

test('a database in which somebody keeps something is left alone', async () => {
  await query(given, 'CREATE SCHEMA shop');
  await query(given, 'CREATE TABLE shop.orders ()');
  await expect(prepare(given, true)).rejects.toThrow('has no customer_features_view');
  expect(await relationsOf(given)).toEqual(['orders']);
});

test("a relation of the user's is used as it is, even without rows", async () => {
  await query(given, 'CREATE TABLE customer_features_view (customer_id text PRIMARY KEY)');
  expect(await prepare(given, true)).toMatch(/^customer_features_view at 127\.0\.0\.1:\d+\/test_/);
  expect(await countOf(given)).toEqual([0]);
});
