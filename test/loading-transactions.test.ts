import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  formatTransactionsReport,
  generateCustomers,
  importFeatures,
  importTransactions,
  type ImportTransactionsOptions,
  type LoadProgress,
  type TransactionsReport,
} from '@segcast/warehouse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { featuresHash, queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

const MAPPING = { customer: 'id', date: 'day', amount: 'amount' };

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'segcast-import-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

async function fileOf(content: string | Buffer, name = 'transactions.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function importText(
  content: string | Buffer,
  options: Partial<ImportTransactionsOptions> = {},
): Promise<TransactionsReport> {
  return await importTransactions(database.url, {
    files: [await fileOf(content)],
    format: { kind: 'delimited' },
    mapping: MAPPING,
    relation: RELATION,
    asOf: '2024-12-31',
    ...options,
  });
}

const countsById = (expression = 'transaction_count') =>
  queryRows<{ customer_id: string; value: unknown }>(
    database.url,
    `SELECT customer_id, ${expression} AS value FROM ${RELATION} ORDER BY customer_id`,
  ).then((rows) => Object.fromEntries(rows.map((row) => [row.customer_id, row.value])));

const GOOD = 'id,day,amount\na,2024-01-01,5\na,2024-02-01,7.25\nb,2024-03-01,-1\n';

test('lines that cannot be read are rejected with their number and reason', async () => {
  const rejectsFile = join(folder, 'rejects.csv');
  const text = [
    'id,day,amount,note',
    'a,2024-01-01,5,fine',
    ',2024-01-01,5,x',
    'b,2024-02-30,5,x',
    '',
    'c,2024-01-01,five,x',
    'd,2024-01-01,5',
    '"e,2024-01-01,5,"x"',
    'f,2024-01-01,6,"two',
    'lines"',
    `${'g'.repeat(300)},2024-01-01,6,x`,
    'h\0,2024-01-01,6,x',
  ].join('\n');
  const report = await importText(text, { rejectsFile });
  expect(report.rejects.map(({ line, reason }) => [line, reason])).toEqual([
    [3, 'customer is blank'],
    [4, 'date "2024-02-30" is not a date (YYYYMMDD or ISO 8601)'],
    [6, 'amount "five" is not a number'],
    [7, 'it has 3 cells where 4 are expected'],
    [8, 'there is text after the closing quote of cell 1'],
    [11, `customer "${'g'.repeat(60)}…" is not an id`],
    [12, 'customer "h\0" is not an id'],
  ]);
  expect(report.lines).toEqual({
    ...{ header: 1, blank: 1, read: 9, loaded: 2, excluded: {}, rejected: 7 },
  });
  expect(await countsById()).toEqual({ a: 1, f: 1 });
  const written = await readFile(rejectsFile, 'utf8');
  expect(written).toContain(
    `transactions.csv,4,"date ""2024-02-30"" is not a date (YYYYMMDD or ISO 8601)"`,
  );
  expect(written.split('\n')[1]).toMatch(/,3,customer is blank,",2024-01-01,5,x"$/);
  expect(formatTransactionsReport(report)).toContain('9 read: 2 loaded, 0 excluded, 7 rejected');
});

test('too many bad lines, and nothing is changed', async () => {
  await importText(GOOD);
  const before = await featuresHash(database.url);
  const bad = `id,day,amount\nz,2024-01-01,9\n${'b,never,1\n'.repeat(4)}`;
  const rejectsFile = join(folder, 'rejects.csv');
  await expect(importText(bad, { maxErrors: 3, rejectsFile })).rejects.toMatchObject({
    code: 'import_failed',
    message: expect.stringContaining('At most 3 are allowed') as string,
    errors: [3, 4, 5, 6].map((line) => ({
      pointer: `${join(folder, 'transactions.csv')}:${line}`,
      detail: 'date "never" is not a date (YYYYMMDD or ISO 8601)',
    })),
  });
  expect(await featuresHash(database.url)).toBe(before);
  expect((await readFile(rejectsFile, 'utf8')).trim().split('\n')).toHaveLength(5);
  await expect(importText(bad, { maxErrors: 3, append: true })).rejects.toThrow('At most 3');
  expect(await featuresHash(database.url)).toBe(before);
  expect((await importText(bad, { maxErrors: 4 })).lines.rejected).toBe(4);
});

test.each([
  ['an absent file', { files: ['absent.csv'] }, 'absent.csv cannot be read'],
  ['a column that is not there', { mapping: { ...MAPPING, amount: 'sum' } }, 'no column "sum"'],
  [
    'a mapping of items that is not there',
    { mapping: { ...MAPPING, items: 'n' } },
    'no column "n"',
  ],
  ['the wrong delimiter', { format: { kind: 'delimited', delimiter: ';' } }, 'give its delimiter'],
  ['everything excluded', { exclude: [{ column: 'amount', value: '9' }] }, 'none is a transaction'],
  ['a wrong as-of day', { asOf: '31.12.2024' }, 'not a day'],
  [
    'a name that is taken',
    { mapping: { ...MAPPING, profile: [{ column: 'id', name: 'total_revenue', type: 'text' }] } },
    'cannot be the name',
  ],
  ['a rejects file that cannot be written', { rejectsFile: '/' }, 'cannot be written'],
] satisfies [string, Partial<ImportTransactionsOptions>, string][])(
  '%s is refused, and nothing is changed',
  async (_, options, reason) => {
    await importText(GOOD);
    const before = await featuresHash(database.url);
    await expect(importText('id,day,amount\nz,2024-01-01,9\n', options)).rejects.toMatchObject({
      code: 'import_failed',
      message: expect.stringContaining(reason) as string,
    });
    expect(await featuresHash(database.url)).toBe(before);
  },
);

test('appending adds transactions, customers and profile columns', async () => {
  await importText('id,day,amount,country\na,2024-01-01,5,DE\nb,2024-01-01,5,FR\n', {
    mapping: { ...MAPPING, profile: [{ column: 'country', name: 'country', type: 'text' }] },
  });
  const report = await importTransactions(database.url, {
    files: [await fileOf('id,day,amount,country,vip\na,2024-06-01,7,,yes\nc,2024-06-01,9,IT,no\n')],
    format: { kind: 'delimited' },
    mapping: {
      ...MAPPING,
      profile: [
        { column: 'country', name: 'country', type: 'text' },
        { column: 'vip', name: 'is_vip', type: 'boolean' },
      ],
    },
    relation: RELATION,
    append: true,
  });
  expect(report).toMatchObject({
    appended: true,
    as_of: '2024-12-31',
    as_of_fixed: true,
    features: { customers: 3, transactions: 4 },
  });
  expect(await countsById(`concat(lifetime_value, ' ', country, ' ', is_vip)`)).toEqual({
    a: '12 DE t',
    b: '5 FR ',
    c: '9 IT f',
  });
  expect(await countsById('days_since_last_transaction')).toEqual({ a: 213, b: 365, c: 213 });
});

test('what does not fit together cannot be appended', async () => {
  const append = (options: Partial<ImportTransactionsOptions>) =>
    importText('id,day,amount,vip\na,2024-01-01,5,1\n', { append: true, ...options });
  const profile = (type: 'number' | 'boolean') => ({
    mapping: { ...MAPPING, profile: [{ column: 'vip', name: 'vip', type }] },
  });
  await append(profile('number'));
  await expect(append(profile('boolean'))).rejects.toThrow('was loaded as number');
  await expect(append({ mapping: { ...MAPPING, invoice: 'vip' } })).rejects.toThrow(
    'loaded before have no invoices',
  );
  await generateCustomers(database.url, { customers: 5, seed: 1, relation: RELATION });
  await expect(append({})).rejects.toThrow('holds generated customers');
  await importFeatures(database.url, {
    file: await fileOf('customer_id,x\na,1\n', 'features.csv'),
    relation: RELATION,
  });
  await expect(append({})).rejects.toThrow('holds a feature table');
});

test('several files are read as one, gzip or not, their columns in any order', async () => {
  const progress: LoadProgress[] = [];
  const files = [
    await fileOf('id;day;amount\na;01/02/2024;1,50\n', 'one.csv'),
    await fileOf(gzipSync('amount;id;day\n2,25;a;2/2/2024 09:30\n1;b;31/12/2024\n'), 'two.csv.gz'),
  ];
  const report = await importTransactions(database.url, {
    files,
    format: { kind: 'delimited', delimiter: ';' },
    mapping: { ...MAPPING, dateFormat: 'DD/MM/YYYY HH:mm', decimalComma: true },
    relation: RELATION,
    asOf: '2024-12-31',
    onProgress: (step) => progress.push(step),
  });
  expect(report.lines).toMatchObject({ header: 2, read: 3, loaded: 3 });
  expect(await countsById('total_revenue')).toEqual({ a: 3.75, b: 1 });
  expect(await countsById('last_transaction_at::text')).toEqual({
    a: '2024-02-02 09:30:00+00',
    b: '2024-12-31 00:00:00+00',
  });
  const bytes = progress.filter(({ stage }) => stage === 'bytes');
  expect(bytes.at(-1)!.done).toBe(bytes.at(-1)!.total);
  expect(progress.at(-1)!.stage).toBe('features');
});

test('fixed-width files are read by the places of their columns', async () => {
  const columns = [
    { name: 'id', start: 1, end: 6 },
    { name: 'day', start: 7, end: 14 },
    { name: 'amount', start: 15, end: 22 },
  ];
  const text = 'CUSTOMERS OF 2024\n00017020240101   12.50\n00018020240630-  3.00\n';
  const report = await importText(text, {
    format: { kind: 'fixed', columns, skipLines: 1 },
    maxErrors: 1,
  });
  expect(report.lines).toMatchObject({ header: 1, read: 2, loaded: 1, rejected: 1 });
  expect(await countsById('total_revenue')).toEqual({ '000170': 12.5 });
});

test('excluded lines are counted by reason, and their customers too', async () => {
  const text = `id,day,amount,state
a,2024-01-01,5,ok
a,2024-01-02,5,cancelled
b,2024-01-01,0,ok
c,never,x,cancelled
,2024-01-01,5,ok
d,2025-01-01,5,ok
`;
  const report = await importText(text, {
    exclude: [
      { column: 'state', value: 'cancelled' },
      { column: 'id', value: '' },
    ],
    positiveOnly: true,
  });
  expect(report.lines).toMatchObject({
    ...{ read: 6, loaded: 2, rejected: 0 },
    excluded: { 'state is cancelled': 2, 'the amount is not positive': 1, 'id is blank': 1 },
  });
  expect(report.customers).toEqual({ read: 4, loaded: 2, excluded: 2 });
  expect(report).toMatchObject({
    lines_after_as_of: 1,
    features: { customers: 1, transactions: 1 },
  });
});

test('a base that ends long before the as-of day is warned of', async () => {
  const report = await importText('id,day,amount\na,2020-05-05,5\n');
  expect(report.warnings).toHaveLength(1);
  expect(report.warnings[0]).toContain('--as-of 2020-05-05');
  expect((await importText(GOOD, { asOf: '2024-04-01' })).warnings).toEqual([]);
});

test('amounts are summed exactly', async () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `a,2024-01-01,0.${1 + (index % 2)}`);
  await importText(
    `id,day,amount\n${lines.join('\n')}\nb,2024-01-01,123456789012.34\nb,2024-01-01,0.01\n`,
  );
  expect(await countsById('total_revenue')).toEqual({ a: 150, b: 123_456_789_012.35 });
});
