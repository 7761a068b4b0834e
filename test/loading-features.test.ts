import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateCustomers,
  importFeatures,
  type FeaturesReport,
  type ImportFeaturesOptions,
} from '@segcast/warehouse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { featuresHash, queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'segcast-features-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

async function importText(
  content: string,
  options: Partial<ImportFeaturesOptions> = {},
): Promise<FeaturesReport> {
  const file = join(folder, 'features.csv');
  await writeFile(file, content);
  return await importFeatures(database.url, { file, relation: RELATION, ...options });
}

const rows = () =>
  queryRows(database.url, `SELECT * FROM ${RELATION} ORDER BY customer_id COLLATE "C"`);

test('types are inferred, names made plain, and blanks are null', async () => {
  const text = `Score,customerID,isVip,Joined,Last Seen,Big,Precise,Note,NaNs,Empty
1,007,yes,2024-01-31,2024-01-31 10:00,9007199254740993,0.12345678901234567,"a ""b""\t\\",NaN,
,12,No,,2024-02-01T10:00:00+02:00,2,1,NA,1.5,
-3,Zoë,,2024-02-29,2024-03-01,3,2,,-Infinity,
`;
  const report = await importText(text, { nulls: ['NA'] });
  expect(report.columns).toEqual([
    { source: 'Score', name: 'score', type: 'integer', nulls: 1 },
    { source: 'customerID', name: 'customer_id', type: 'text', nulls: 0 },
    { source: 'isVip', name: 'is_vip', type: 'boolean', nulls: 1 },
    { source: 'Joined', name: 'joined', type: 'date', nulls: 1 },
    { source: 'Last Seen', name: 'last_seen', type: 'timestamptz', nulls: 0 },
    { source: 'Big', name: 'big', type: 'bigint', nulls: 0 },
    { source: 'Precise', name: 'precise', type: 'numeric', nulls: 0 },
    { source: 'Note', name: 'note', type: 'text', nulls: 2 },
    { source: 'NaNs', name: 'na_ns', type: 'double precision', nulls: 0 },
    { source: 'Empty', name: 'empty', type: 'text', nulls: 3 },
  ]);
  const [first, second, third] = await rows();
  expect(first).toMatchObject({
    ...{ customer_id: '007', score: 1, is_vip: true, big: '9007199254740993', note: 'a "b"\t\\' },
    ...{ precise: '0.12345678901234567', na_ns: NaN, empty: null },
    last_seen: new Date('2024-01-31T10:00:00Z'),
  });
  expect(second).toMatchObject({
    ...{ customer_id: '12', score: null, is_vip: false, joined: null, note: null },
    last_seen: new Date('2024-02-01T08:00:00Z'),
  });
  expect(third).toMatchObject({ customer_id: 'Zoë', score: -3, na_ns: -Infinity });
});

test('the id may be any column, and comes first', async () => {
  await importText('customer_id;Client\nx;9\ny;10\n', {
    format: { kind: 'delimited', delimiter: ';' },
    idColumn: 'Client',
  });
  expect(await rows()).toEqual([
    { customer_id: '10', customer_id_2: 'y' },
    { customer_id: '9', customer_id_2: 'x' },
  ]);
  const [column] = await queryRows<{ attname: string }>(
    database.url,
    `SELECT attname FROM pg_attribute WHERE attrelid = '${RELATION}'::regclass AND attnum = 1`,
  );
  expect(column!.attname).toBe('customer_id');
});

test('lines without an id or with other cells are rejected', async () => {
  const report = await importText('customer_id,x\na,1\n,2\n\nb\nc,"3\nd,4\n');
  expect(report).toMatchObject({
    customers: 2,
    lines: { header: 1, blank: 1, read: 5, loaded: 2, rejected: 3 },
  });
  expect(report.rejects.map(({ line, reason }) => [line, reason])).toEqual([
    [3, 'customer_id is blank'],
    [5, 'it has 1 cells where 2 are expected'],
    [6, 'a quote is opened and never closed'],
  ]);
});

test.each([
  ['an id that occurs twice', 'customer_id,x\na,1\nb,2\na,3\n', {}, '(customer_id)=(a)'],
  ['no id column', 'name,x\na,1\n', {}, 'has no column customer_id'],
  ['an id column that is not there', 'customer_id\na\n', { idColumn: 'id' }, 'no column "id"'],
  ['no customers', 'customer_id,x\n', {}, 'has no customers'],
  ['an empty file', '', {}, 'has no column customer_id'],
  ['too many bad lines', 'customer_id,x\na,1\nb\n', { maxErrors: 0 }, 'None is allowed'],
])('%s is refused, and nothing is changed', async (_, content, options, reason) => {
  await generateCustomers(database.url, { customers: 20, seed: 1, relation: RELATION });
  const before = await featuresHash(database.url);
  await expect(importText(content, options)).rejects.toMatchObject({
    code: 'import_failed',
    message: expect.stringContaining(reason) as string,
  });
  expect(await featuresHash(database.url)).toBe(before);
  expect(await queryRows(database.url, 'SELECT FROM dwh.transactions LIMIT 1')).toHaveLength(1);
});

test('a feature table and transactions take the place of each other', async () => {
  await importText('customer_id,x\na,1\n');
  await generateCustomers(database.url, { customers: 20, seed: 1, relation: RELATION });
  expect(await rows()).toHaveLength(20);
  await importText('customer_id,x\na,1\n');
  expect(await rows()).toEqual([{ customer_id: 'a', x: 1 }]);
});
