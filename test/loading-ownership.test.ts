import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateCustomers,
  importFeatures,
  importTransactions,
  warehouseIsEmpty,
} from '@segcast/warehouse';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { featuresHash, queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';
import { until } from './support/until.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'segcast-ownership-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const generate = (relation = RELATION) =>
  generateCustomers(database.url, { customers: 20, seed: 1, relation, asOf: '2025-06-30' });

async function importLines(content: string): Promise<void> {
  const file = join(folder, 'lines.csv');
  await writeFile(file, content);
  await importTransactions(database.url, {
    files: [file],
    format: { kind: 'delimited' },
    mapping: { customer: 'id', date: 'day', amount: 'amount' },
    relation: RELATION,
    asOf: '2025-06-30',
  });
}

test.each([
  ['a table', `CREATE TABLE ${RELATION} (customer_id text); INSERT INTO ${RELATION} VALUES ('x')`],
  ['a view', `CREATE VIEW ${RELATION} AS SELECT 'x' AS customer_id`],
  ['a materialised view', `CREATE MATERIALIZED VIEW ${RELATION} AS SELECT 'x' AS customer_id`],
])('%s of others in the place of the relation is left alone', async (_, sql) => {
  await queryRows(database.url, sql);
  const file = join(folder, 'features.csv');
  await writeFile(file, 'customer_id\nz\n');
  const loads = [
    () => generate(),
    () => importLines('id,day,amount\nz,2025-01-01,1\n'),
    () => importFeatures(database.url, { file, relation: RELATION }),
  ];
  for (const load of loads) {
    await expect(load()).rejects.toMatchObject({
      code: 'import_failed',
      message: expect.stringContaining('was not created by Segcast') as string,
    });
  }
  const rows = await queryRows(database.url, `SELECT customer_id FROM ${RELATION}`);
  expect(rows).toEqual([{ customer_id: 'x' }]);
  expect(await warehouseIsEmpty(database.url, RELATION)).toBe(false);
});

test('a table of others in the schema of sources is left alone', async () => {
  await queryRows(database.url, 'CREATE SCHEMA dwh; CREATE TABLE dwh.transactions (own int)');
  await expect(generate()).rejects.toThrow(
    'dwh.transactions exists and was not created by Segcast',
  );
  expect(await queryRows(database.url, 'SELECT own FROM dwh.transactions')).toEqual([]);
});

test('the relation cannot take the place of its own sources', async () => {
  await expect(generate('dwh.transactions')).rejects.toThrow('Give them another name');
});

test('a database holds one set of features', async () => {
  await generate();
  await expect(generate('other_view')).rejects.toThrow('already holds the features public.');
  await queryRows(database.url, 'CREATE SCHEMA shop');
  await expect(generate(`shop.${RELATION}`)).rejects.toThrow('already holds');
});

test('the relation may live in a schema of its own', async () => {
  await queryRows(database.url, 'CREATE SCHEMA shop');
  const report = await generate('shop.customers');
  expect(report.relation).toBe('shop.customers');
  expect(await queryRows(database.url, 'SELECT count(*)::int AS n FROM shop.customers')).toEqual([
    { n: 20 },
  ]);
  expect(await warehouseIsEmpty(database.url, 'shop.customers')).toBe(false);
});

test('who could read the relation can read the one that replaces it', async () => {
  const role = `reader_${Date.now()}`;
  await generate();
  await queryRows(
    database.url,
    `CREATE ROLE ${role}; GRANT SELECT ON ${RELATION} TO ${role}; GRANT SELECT ON ${RELATION} TO PUBLIC`,
  );
  try {
    await importLines('id,day,amount\nz,2025-01-01,1\n');
    const privileges = await queryRows(
      database.url,
      `SELECT coalesce(r.rolname, 'PUBLIC') AS grantee, privilege_type
         FROM pg_class, aclexplode(relacl) LEFT JOIN pg_roles r ON r.oid = grantee
        WHERE pg_class.oid = '${RELATION}'::regclass AND grantee <> relowner`,
    );
    expect(privileges).toHaveLength(2);
    expect(privileges).toContainEqual({ grantee: role, privilege_type: 'SELECT' });
    expect(privileges).toContainEqual({ grantee: 'PUBLIC', privilege_type: 'SELECT' });
  } finally {
    await queryRows(database.url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('a view of others upon the relation is named and kept', async () => {
  await generate();
  await queryRows(database.url, `CREATE VIEW report AS SELECT customer_id FROM ${RELATION}`);
  await expect(importLines('id,day,amount\nz,2025-01-01,1\n')).rejects.toMatchObject({
    code: 'import_failed',
    message: expect.stringContaining('view report depends on') as string,
  });
  expect(await queryRows(database.url, 'SELECT count(*)::int AS n FROM report')).toEqual([
    { n: 20 },
  ]);
});

test('a reader who takes his time delays a load and nobody else', async () => {
  await generate();
  const reader = new pg.Client({ connectionString: database.url });
  await reader.connect();
  await reader.query(`BEGIN; SELECT FROM ${RELATION}`);
  let isLoaded = false;
  const load = importLines('id,day,amount\nz,2025-01-01,1\n').then(() => (isLoaded = true));
  await until('the load waits for the reader', async () => {
    const waiting = await queryRows(
      database.url,
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND application_name = 'segcast loading'`,
    );
    return waiting.length > 0;
  });
  // Others read the former features in the meantime.
  expect(await queryRows(database.url, `SELECT count(*)::int AS n FROM ${RELATION}`)).toEqual([
    { n: 20 },
  ]);
  expect(isLoaded).toBe(false);
  await reader.end();
  await load;
  expect(await queryRows(database.url, `SELECT customer_id FROM ${RELATION}`)).toEqual([
    { customer_id: 'z' },
  ]);
});

test('a connection lost in the middle of a load leaves the former features', async () => {
  await generate();
  const before = await featuresHash(database.url);
  const killed = generateCustomers(database.url, {
    customers: 2_000_000,
    seed: 2,
    relation: RELATION,
    asOf: '2025-06-30',
  });
  const outcome = killed.catch((error: unknown) => error);
  await until('the load is copying', async () => {
    const ended = await queryRows(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY dwh_next.%'`,
    );
    return ended.length > 0;
  });
  expect(await outcome).toMatchObject({ code: 'warehouse_unavailable' });
  expect(await featuresHash(database.url)).toBe(before);
});

test('two loads at once take turns', async () => {
  await Promise.all([generate(), generate(), importLines('id,day,amount\nz,2025-01-01,1\n')]);
  const [row] = await queryRows<{ n: number }>(
    database.url,
    `SELECT count(*)::int AS n FROM ${RELATION}`,
  );
  expect([1, 20]).toContain(row!.n);
});
