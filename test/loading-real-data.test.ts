import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  formatFeaturesReport,
  formatTransactionsReport,
  importFeatures,
  importTransactions,
} from '@segcast/warehouse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryRows, RELATION } from './support/loaded-features.ts';
import { createEmptyDatabase, sharedFile, type TestDatabase } from './support/services.ts';

const cdnow = sharedFile('data/cdnow/CDNOW_master.txt');
const onlineRetail = sharedFile('data/online-retail/invoices.csv.gz');
const telco = sharedFile('data/telco/WA_Fn-UseC_-Telco-Customer-Churn.csv');

let database: TestDatabase;
beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(async () => {
  await database.drop();
});

interface CdnowCustomer {
  customer_id: string;
  transaction_count: number;
  cents: number;
  items: number;
  last: string;
}

/** Sums the file by hand, up to a day written YYYYMMDD. */
function sumCdnow(file: string, asOf: string): CdnowCustomer[] {
  const customers = new Map<string, CdnowCustomer>();
  const [, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  for (const line of lines) {
    const [id = '', date = '', items = '', dollars = ''] = line.trim().split(/\s+/);
    if (date > asOf) continue;
    const known = customers.get(id) ?? {
      ...{ customer_id: id, transaction_count: 0, cents: 0, items: 0, last: '' },
    };
    known.transaction_count += 1;
    known.cents += Math.round(Number(dollars) * 100);
    known.items += Number(items);
    known.last = date > known.last ? date : known.last;
    customers.set(id, known);
  }
  return [...customers.values()].toSorted((a, b) => (a.customer_id < b.customer_id ? -1 : 1));
}

test.skipIf(cdnow === null)('CDNOW equals an independent sum over its file', async () => {
  const report = await importTransactions(database.url, {
    files: [cdnow!],
    format: { kind: 'whitespace' },
    mapping: {
      customer: 'customer_id',
      date: 'date',
      amount: 'dollar_value',
      items: 'number_of_cds',
    },
    relation: RELATION,
    asOf: '1997-09-30',
  });
  expect(report).toMatchObject({
    lines: { header: 1, blank: 0, read: 69_659, loaded: 69_659, excluded: {}, rejected: 0 },
    customers: { read: 23_570, loaded: 23_570, excluded: 0 },
    lines_after_as_of: 69_659 - 49_086,
    features: { customers: 23_570, transactions: 49_086 },
    first_transaction_at: '1997-01-01T00:00:00Z',
    last_transaction_at: '1998-06-30T00:00:00Z',
  });
  const rows = await queryRows(
    database.url,
    `SELECT customer_id, transaction_count, round(total_revenue * 100)::int AS cents,
            items_total::int AS items, to_char(last_transaction_at, 'YYYYMMDD') AS last
       FROM ${RELATION} ORDER BY customer_id COLLATE "C"`,
  );
  const expected = sumCdnow(cdnow!, '19970930');
  expect(rows).toEqual(expected);
  expect(rows).toHaveLength(23_570);
  const [total] = await queryRows<{ amount: string; items: string }>(
    database.url,
    'SELECT sum(amount) AS amount, sum(items) AS items FROM dwh.transactions',
  );
  expect(total).toEqual({ amount: '2500315.63', items: '167881' });
});

test.skipIf(onlineRetail === null)(
  'Online Retail without cancellations and non-positive totals accounts for every customer',
  async () => {
    const report = await importTransactions(database.url, {
      files: [onlineRetail!],
      format: { kind: 'delimited' },
      mapping: {
        customer: 'customer_id',
        date: 'invoice_ts',
        amount: 'total',
        items: 'n_items',
        invoice: 'invoice',
        profile: [{ column: 'country', name: 'country', type: 'text' }],
      },
      exclude: [{ column: 'is_cancel', value: '1' }],
      positiveOnly: true,
      relation: RELATION,
      asOf: '2011-12-09',
    });
    expect(report.customers).toEqual({ read: 4_372, loaded: 4_338, excluded: 34 });
    expect(report.features.customers).toBe(4_338);
    const text = gunzipSync(readFileSync(onlineRetail!)).toString();
    const rows = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const cancelled = rows.filter((row) => row[7] === '1').length;
    const notPositive = rows.filter((row) => row[7] !== '1' && Number(row[3]) <= 0).length;
    expect(report.lines).toEqual({
      header: 1,
      blank: 0,
      read: rows.length,
      loaded: rows.length - cancelled - notPositive,
      excluded: { 'is_cancel is 1': cancelled, 'the amount is not positive': notPositive },
      rejected: 0,
    });
    // Some customers moved: the country of the latest invoice counts.
    const kept = rows.filter((row) => row[7] !== '1' && Number(row[3]) > 0);
    const latest = new Map(
      kept.toSorted((a, b) => (a[2]! < b[2]! ? -1 : 1)).map((row) => [row[0]!, row[8]!]),
    );
    const countries = await queryRows<{ customer_id: string; country: string }>(
      database.url,
      `SELECT customer_id, country FROM ${RELATION}`,
    );
    expect(new Map(countries.map((row) => [row.customer_id, row.country]))).toEqual(latest);
    expect(formatTransactionsReport(report)).toContain(
      '4,372 read: 4,338 loaded, 34 with every line excluded',
    );
  },
);

test.skipIf(telco === null)('Telco is imported as a ready feature table', async () => {
  const report = await importFeatures(database.url, { file: telco!, relation: RELATION });
  expect(report).toMatchObject({ customers: 7_043, lines: { read: 7_043, rejected: 0 } });
  const types = Object.fromEntries(report.columns.map(({ name, type }) => [name, type]));
  expect(types).toMatchObject({
    customer_id: 'text',
    gender: 'text',
    senior_citizen: 'integer',
    partner: 'boolean',
    tenure: 'integer',
    multiple_lines: 'text',
    monthly_charges: 'double precision',
    total_charges: 'double precision',
    churn: 'boolean',
  });
  const [row] = await queryRows<Record<string, unknown>>(
    database.url,
    `SELECT count(*)::int AS customers, count(*) FILTER (WHERE churn)::int AS churned,
            count(*) FILTER (WHERE total_charges IS NULL)::int AS blank,
            to_regclass('dwh.transactions') AS transactions
       FROM ${RELATION}`,
  );
  expect(row).toEqual({ customers: 7_043, churned: 1_869, blank: 11, transactions: null });
  expect(formatFeaturesReport(report)).toContain('total_charges      double precision, 11 null');
});
