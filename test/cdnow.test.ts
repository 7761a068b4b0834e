import { readFileSync } from 'node:fs';

import type { Run } from '@segcast/contracts';
import { importTransactions } from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type FeatureRow, plainSummary } from './support/plain-scores.ts';
import { createRunService, type RunService } from './support/run-service.ts';
import { sharedFile } from './support/services.ts';

const file = sharedFile('data/cdnow/CDNOW_master.txt');
const RELATION = 'customer_features_view';
const AS_OF = '1997-09-30';

/** A segment as a rule and, beside it, as a person would write it over the rows. */
const SEGMENTS: { name: string; rules: unknown; holds: (row: FeatureRow) => boolean }[] = [
  { name: 'everyone', rules: {}, holds: () => true },
  {
    name: 'numbers',
    rules: {
      and: [
        { '>=': [{ var: 'total_revenue' }, 99.5] },
        { '<': [2, { var: 'transaction_count' }, 12] },
      ],
    },
    holds: (row) =>
      Number(row['total_revenue']) >= 99.5 &&
      Number(row['transaction_count']) > 2 &&
      Number(row['transaction_count']) < 12,
  },
  {
    name: 'text',
    rules: {
      or: [
        { in: [{ var: 'customer_status' }, ['active', 'new']] },
        { ends_with: [{ var: 'customer_id' }, '77'] },
      ],
    },
    holds: (row) =>
      row['customer_status'] === 'active' ||
      row['customer_status'] === 'new' ||
      String(row['customer_id']).endsWith('77'),
  },
  {
    name: 'nulls',
    rules: {
      and: [
        { '==': [{ var: 'avg_days_between_orders' }, null] },
        { '!': { '>': [{ var: 'avg_days_between_orders' }, 1] } },
        { '!=': [{ var: 'total_revenue' }, 0] },
      ],
    },
    holds: (row) => row['avg_days_between_orders'] === null && Number(row['total_revenue']) !== 0,
  },
];

describe.skipIf(file === null)('CDNOW, as of 1997-09-30', () => {
  let service: RunService;
  let rows: FeatureRow[];

  beforeAll(async () => {
    service = await createRunService({
      customers: 'SELECT 1',
      relation: RELATION,
      shardSize: 5000,
      batchSize: 1000,
    });
    await importTransactions(service.url, {
      files: [file!],
      format: { kind: 'whitespace' },
      mapping: {
        customer: 'customer_id',
        date: 'date',
        amount: 'dollar_value',
        items: 'number_of_cds',
      },
      asOf: AS_OF,
      relation: RELATION,
    });
    rows = await service.sql(`SELECT * FROM ${RELATION} ORDER BY customer_id`);
  });
  afterAll(() => service.close());

  it('has the customers, revenue and transactions of the file', () => {
    const before = readFileSync(file!, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, date]) => date !== undefined && date <= AS_OF.replaceAll('-', ''));
    const cents = before.reduce((sum, [, , , amount]) => sum + Math.round(Number(amount) * 100), 0);

    expect(rows).toHaveLength(23_570);
    expect(new Set(before.map(([customer]) => customer)).size).toBe(23_570);
    expect(before).toHaveLength(49_086);
    expect(sumOf(rows, 'transaction_count')).toBe(49_086);
    expect(Math.round(sumOf(rows, 'total_revenue') * 100)).toBe(cents);
  });

  it.each(SEGMENTS)('scores the segment by $name as plain arithmetic does', async (segment) => {
    const members = rows.filter((row) => segment.holds(row));
    const run = await scored(segment.rules);

    expect(members.length).toBeGreaterThan(100);
    expect(run).toMatchObject({
      status: 'succeeded',
      total_customers: members.length,
      processed: members.length,
      successful: members.length,
      failed: 0,
    });
    expectStats(run, members);
  });

  async function scored(rules: unknown): Promise<Run> {
    return service.finish(await service.plan(await service.segment(rules)));
  }
});

function expectStats({ aggregated_stats: { churn, nbo, rfm } }: Run, members: FeatureRow[]): void {
  const plain = plainSummary(members);
  const { count } = plain;

  expect({ high: churn?.high, medium: churn?.medium, low: churn?.low }).toEqual(plain.bands);
  expect(churn?.histogram.reduce((sum, n) => sum + n, 0)).toBe(count);
  expectWithin(churn?.avg_probability, plain.meanProbability);
  expect(nbo?.distribution).toEqual(plain.offers);
  expectWithin(nbo?.avg_confidence, plain.meanConfidence);
  expect(rfm?.distribution).toEqual(plain.rfm);
  expectWithin(rfm?.avg_r, plain.rfmSums.r / count);
  expectWithin(rfm?.avg_f, plain.rfmSums.f / count);
  expectWithin(rfm?.avg_m, plain.rfmSums.m / count);
}

function expectWithin(actual: number | null | undefined, expected: number): void {
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-6);
}

function sumOf(rows: readonly FeatureRow[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0);
}
