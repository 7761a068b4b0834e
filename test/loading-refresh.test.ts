import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateCustomers,
  importFeatures,
  importTransactions,
  refreshFeatures,
} from '@segcast/warehouse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { featuresHash, queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'segcast-refresh-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const refresh = () => refreshFeatures(database.url, { relation: RELATION });

async function load(content: string, asOf?: string): Promise<void> {
  const file = join(folder, 'lines.csv');
  await writeFile(file, content);
  await importTransactions(database.url, {
    files: [file],
    format: { kind: 'delimited' },
    mapping: { customer: 'id', date: 'day', amount: 'amount' },
    relation: RELATION,
    ...(asOf === undefined ? {} : { asOf }),
  });
}

async function insert(customer: string, occurredAt: string): Promise<void> {
  await queryRows(
    database.url,
    `INSERT INTO dwh.transactions (customer_id, occurred_at, amount, items)
     VALUES ('${customer}', ${occurredAt}, 5, 1)`,
  );
}

const recencies = () =>
  queryRows(
    database.url,
    `SELECT customer_id, days_since_last_transaction AS days FROM ${RELATION} ORDER BY customer_id`,
  );

test('without a fixed day the features follow the calendar', async () => {
  await load('id,day,amount\na,2020-01-01,5\n');
  await insert('b', `now() - interval '3 days'`);
  await insert('c', `now() + interval '1 day'`);
  const report = await refresh();
  const [today] = await queryRows<{ today: string; days: number }>(
    database.url,
    `SELECT (now() AT TIME ZONE 'UTC')::date::text AS today,
            (now() AT TIME ZONE 'UTC')::date - date '2020-01-01' AS days`,
  );
  expect(report).toMatchObject({ refreshed: true, as_of: today!.today });
  expect(await recencies()).toEqual([
    { customer_id: 'a', days: today!.days },
    { customer_id: 'b', days: 3 },
  ]);
});

test('with a fixed day it stays, and transactions after it do not count', async () => {
  await load('id,day,amount\na,2020-01-01,5\n', '2020-01-31');
  await insert('b', `'2020-01-31 23:59:59.999+00'`);
  await insert('c', `'2020-02-01 00:00:00+00'`);
  expect(await refresh()).toMatchObject({ refreshed: true, as_of: '2020-01-31' });
  expect(await recencies()).toEqual([
    { customer_id: 'a', days: 30 },
    { customer_id: 'b', days: 0 },
  ]);
});

test('a refresh of unchanged transactions gives the same bytes as another version', async () => {
  const options = { customers: 500, seed: 3, relation: RELATION, asOf: '2025-06-30' };
  await generateCustomers(database.url, options);
  const version = () =>
    queryRows(database.url, `SELECT oid, relfilenode FROM pg_class WHERE relname = '${RELATION}'`);
  const [hash, before] = [await featuresHash(database.url), await version()];
  await refresh();
  expect(await featuresHash(database.url)).toBe(hash);
  expect(await version()).not.toEqual(before);
});

test('views of others upon the relation survive a refresh and show it', async () => {
  await load('id,day,amount\na,2020-01-01,5\n', '2020-01-31');
  await queryRows(database.url, `CREATE VIEW ids AS SELECT customer_id FROM ${RELATION}`);
  await insert('b', `'2020-01-15'`);
  expect(await refresh()).toMatchObject({ refreshed: true });
  expect(await queryRows(database.url, 'SELECT customer_id FROM ids ORDER BY 1')).toEqual([
    { customer_id: 'a' },
    { customer_id: 'b' },
  ]);
});

test('what was not derived here is left alone, and the answer says so', async () => {
  expect(await refresh()).toMatchObject({
    refreshed: false,
    reason: expect.stringContaining('was not derived by Segcast') as string,
  });
  await queryRows(
    database.url,
    `CREATE MATERIALIZED VIEW ${RELATION} AS SELECT 'x' AS customer_id`,
  );
  expect(await refresh()).toMatchObject({ refreshed: false });
  await queryRows(database.url, `DROP MATERIALIZED VIEW ${RELATION}`);
  const file = join(folder, 'features.csv');
  await writeFile(file, 'customer_id,x\na,1\n');
  await importFeatures(database.url, { file, relation: RELATION });
  expect(await refresh()).toMatchObject({
    refreshed: false,
    reason: expect.stringContaining('imported ready-made') as string,
  });
});
