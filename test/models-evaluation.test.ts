import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { trainRequestSchema } from '@segcast/contracts';
import type { ModelMetrics } from '@segcast/scoring';
import { trainModel, type ModelCard, type ModelGoal } from '@segcast/training';
import {
  importFeatures,
  importTransactions,
  openWarehouse,
  type Warehouse,
} from '@segcast/warehouse';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { publishedTenth } from './support/cdnow-tenth.ts';
import { withCategories } from './support/retail-categories.ts';
import { createEmptyDatabase, sharedFile, type TestDatabase } from './support/services.ts';

/**
 * `npm run models:evaluate` takes every seed and fold and prints the figures of docs/models.md; the
 * suite takes the first of each.
 */
const WHOLE = process.env.MODELS_EVALUATE === '1';
/** Of the network, which learns little after these. */
const FEW = { epochs: 15 };
const RELATION = 'customer_features_view';
const WHOLE_TIMEOUT_MS = 1_200_000;

const cdnow = sharedFile('data/cdnow/CDNOW_master.txt');
const telco = sharedFile('data/telco/WA_Fn-UseC_-Telco-Customer-Churn.csv');
const invoices = sharedFile('data/online-retail/invoices.csv.gz');
const lines = sharedFile('data/online-retail/lines.csv.gz');
const products = sharedFile('data/online-retail/products.csv.gz');

let database: TestDatabase;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createEmptyDatabase();
  const { url } = database;
  warehouse = openWarehouse({ url, relation: RELATION, statementTimeoutMs: 60_000, poolMax: 2 });
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

async function importCdnow(file: string): Promise<void> {
  await importTransactions(database.url, {
    files: [file],
    format: { kind: 'whitespace' },
    mapping: {
      ...{ customer: 'customer_id', date: 'date', amount: 'dollar_value' },
      items: 'number_of_cds',
    },
    asOf: '1997-09-30',
    relation: RELATION,
  });
}

/** One seed is one split; with folds every customer is tested once. */
async function evaluate(
  goal: ModelGoal,
  how: object,
  { seeds = [1], folds = 0 }: { seeds?: number[]; folds?: number },
): Promise<ModelCard[]> {
  warehouse.invalidate();
  const cards: ModelCard[] = [];
  for (const seed of WHOLE ? seeds : seeds.slice(0, 1)) {
    for (let index = 0; index < (WHOLE ? Math.max(1, folds) : 1); index++) {
      const request = trainRequestSchema.parse({ ...how, seed, ...(WHOLE ? {} : FEW) });
      const fold = folds > 0 ? { fold: { index, of: folds } } : {};
      cards.push((await trainModel(warehouse, goal, request, fold)).card);
    }
  }
  return cards;
}

type Figure = 'auc' | 'log_loss' | 'top_1' | 'top_3';

function figures(cards: readonly ModelCard[], of: (metrics: ModelMetrics) => number | undefined) {
  const values = cards.map(({ evaluation }) => of(evaluation.metrics)!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** A line of docs/models.md for each way of foretelling. */
function report(name: string, cards: readonly ModelCard[], figure: Figure): void {
  const rows: [string, (metrics: ModelMetrics) => number | undefined][] = [
    ['this model', (m) => m[figure]],
    ['logistic regression', (m) => m.baselines.logistic_regression?.[figure]],
    ['recency alone', (m) => m.baselines.recency?.[figure]],
    ['most bought', (m) => m.baselines.most_bought?.[figure]],
    ['majority', (m) => m.baselines.majority?.[figure]],
  ];
  for (const [label, of] of rows) {
    if (of(cards[0]!.evaluation.metrics) === undefined) continue;
    const { mean, deviation } = figures(cards, of);
    console.log(
      `| ${name} | ${figure} | ${label} | ${mean.toFixed(3)} ± ${deviation.toFixed(3)} |`,
    );
  }
}

/** Overall and by tenths: in points, or in standard errors of the share observed. */
function calibrationErrors({ evaluation }: ModelCard) {
  if (evaluation.kind !== 'churn') throw new Error('Only churn has a curve.');
  const { observed_rate, mean_predicted, test_rows } = evaluation.metrics;
  const [observed, predicted] = [observed_rate!, mean_predicted!];
  const errorOf = (share: number, rows: number) => Math.sqrt((share * (1 - share)) / rows);
  return {
    overall: Math.abs(observed - predicted),
    overallErrors: Math.abs(observed - predicted) / errorOf(predicted, test_rows),
    tenth: Math.max(...evaluation.curve.map((bin) => Math.abs(bin.observed - bin.predicted))),
    tenthErrors: Math.max(
      ...evaluation.curve.map(
        (bin) => Math.abs(bin.observed - bin.predicted) / errorOf(bin.predicted, bin.count),
      ),
    ),
  };
}

/** Overall and in each tenth, of every fold. */
function expectCalibrated(cards: readonly ModelCard[]): void {
  for (const { overallErrors, tenthErrors } of cards.map(calibrationErrors)) {
    expect(overallErrors).toBeLessThan(3);
    expect(tenthErrors).toBeLessThan(3);
  }
}

test.skipIf(cdnow === null)(
  'CDNOW: who buys in 39 weeks is told better than by recency, and the probabilities hold',
  async () => {
    await importCdnow(cdnow!);
    const how = { cut: '1997-09-30', horizon_days: 273 };
    const seeds = [1, 2, 3, 4, 5];
    const cards = await evaluate('churn', how, { seeds });
    report('CDNOW', cards, 'auc');
    expect(figures(cards, (m) => m.auc).mean).toBeGreaterThanOrEqual(0.765);
    const errors = cards.map(calibrationErrors);
    console.log('CDNOW calibration', errors);
    for (const { overall, tenth } of errors) {
      expect(overall).toBeLessThan(0.02);
      expect(tenth).toBeLessThan(0.06);
    }
    const formulas = await evaluate('churn', { ...how, method: 'bgnbd' }, { seeds });
    report('CDNOW, BG/NBD', formulas, 'auc');
    console.log('CDNOW, BG/NBD calibration', formulas.map(calibrationErrors));
    expect(figures(formulas, (m) => m.auc).mean).toBeGreaterThan(0.73);
    for (const { overall } of formulas.map(calibrationErrors)) expect(overall).toBeLessThan(0.02);
  },
  WHOLE_TIMEOUT_MS,
);

test.skipIf(cdnow === null)(
  'CDNOW: BG/NBD has the published parameters of the published tenth',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'segcast-evaluation-'));
    const file = join(folder, 'tenth.txt');
    writeFileSync(file, publishedTenth(cdnow!));
    await importCdnow(file);
    rmSync(folder, { recursive: true });
    const how = { cut: '1997-09-30', horizon_days: 273, method: 'bgnbd' };
    const [card] = await evaluate('churn', how, {});
    const { rows } = card!.training;
    expect(rows.train + rows.validation + rows.test).toBe(2357);
    console.log('CDNOW, the published tenth, BG/NBD', card!.parameters);
    for (const [name, published] of Object.entries({
      r: 0.243,
      alpha: 4.414,
      a: 0.793,
      b: 2.426,
    })) {
      expect(Math.abs(card!.parameters![name]! / published - 1), name).toBeLessThan(0.01);
    }
  },
  WHOLE_TIMEOUT_MS,
);

test.skipIf(invoices === null)(
  'Online Retail: who buys in 91 days',
  async () => {
    await importTransactions(database.url, {
      files: [invoices!],
      format: { kind: 'delimited' },
      mapping: {
        ...{ customer: 'customer_id', date: 'invoice_ts', amount: 'total' },
        ...{ items: 'n_items', invoice: 'invoice' },
      },
      exclude: [{ column: 'is_cancel', value: '1' }],
      positiveOnly: true,
      asOf: '2011-12-09',
      relation: RELATION,
    });
    const how = { cut: '2011-09-09', horizon_days: 91 };
    const cards = await evaluate('churn', how, { folds: 5 });
    report('Online Retail', cards, 'auc');
    console.log('Online Retail calibration', cards.map(calibrationErrors));
    expect(figures(cards, (m) => m.auc).mean).toBeGreaterThanOrEqual(WHOLE ? 0.72 : 0.7);
    expectCalibrated(cards);
  },
  WHOLE_TIMEOUT_MS,
);

test.skipIf(lines === null || products === null)(
  'Online Retail: what is bought first after the cut is told better than by what was bought most',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'segcast-evaluation-'));
    const file = join(folder, 'lines.csv');
    writeFileSync(file, withCategories(lines!, products!));
    await importTransactions(database.url, {
      files: [file],
      format: { kind: 'delimited' },
      mapping: {
        ...{ customer: 'customer_id', date: 'd', amount: 'amount', items: 'qty' },
        ...{ invoice: 'invoice', product: 'stock_code', category: 'category' },
      },
      positiveOnly: true,
      asOf: '2011-12-09',
      relation: RELATION,
    });
    rmSync(folder, { recursive: true });
    const how = { cut: '2011-09-09', horizon_days: 91 };
    const cards = await evaluate('nbo', how, { folds: 5 });
    for (const figure of ['top_1', 'top_3', 'log_loss'] as const) {
      report('Online Retail, offers', cards, figure);
    }
    const mean = (of: (m: ModelMetrics) => number | undefined) => figures(cards, of).mean;
    expect(cards[0]!.evaluation).toMatchObject({ offers: { length: 8 } });
    expect(mean((m) => m.top_1)).toBeGreaterThan(mean((m) => m.baselines.majority?.top_1));
    expect(mean((m) => m.top_3)).toBeGreaterThan(mean((m) => m.baselines.majority?.top_3));
    expect(mean((m) => m.log_loss)).toBeLessThan(mean((m) => m.baselines.most_bought?.log_loss));
    if (!WHOLE) return;
    expect(mean((m) => m.top_1)).toBeGreaterThan(mean((m) => m.baselines.most_bought?.top_1));
    expect(mean((m) => m.top_3)).toBeGreaterThan(mean((m) => m.baselines.most_bought?.top_3));
  },
  WHOLE_TIMEOUT_MS,
);

test.skipIf(telco === null)(
  'Telco: who has left is told from all columns',
  async () => {
    const other = await createEmptyDatabase();
    const options = { relation: RELATION, statementTimeoutMs: 60_000, poolMax: 2 };
    await importFeatures(other.url, { file: telco!, relation: RELATION });
    const mine = warehouse;
    warehouse = openWarehouse({ url: other.url, ...options });
    try {
      const cards = await evaluate('churn', { label: 'churn' }, { folds: 5 });
      report('Telco', cards, 'auc');
      console.log('Telco calibration', cards.map(calibrationErrors));
      expect(figures(cards, (m) => m.auc).mean).toBeGreaterThanOrEqual(WHOLE ? 0.84 : 0.82);
      expectCalibrated(cards);
    } finally {
      await warehouse.close();
      warehouse = mine;
      await other.drop();
    }
  },
  WHOLE_TIMEOUT_MS,
);
