import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { trainRequestSchema } from '@segcast/contracts';
import {
  createEngine,
  createScorer,
  DEFAULT_RFM_SETTINGS,
  loadModels,
  modelFiles,
  readModel,
  type Model,
} from '@segcast/scoring';
import { trainModel, type TrainedModel } from '@segcast/training';
import {
  importTransactions,
  readPurchaseHistory,
  streamMembers,
  streamTrainingRows,
  type TrainingSource,
} from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { MODELS_DIR } from '../packages/scoring/src/testing/committed-models.ts';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

const request = (more: object = {}) => trainRequestSchema.parse({ epochs: 15, ...more });
const versionOf = (trained: TrainedModel) => readModel(modelFiles(trained.files, 'the version'));

describe('a table with a label', () => {
  let db: TestWarehouse;
  let trained: TrainedModel;
  let model: Model;

  beforeAll(async () => {
    // Who pays much on a monthly contract leaves, mostly; a tenth of the amounts is unknown.
    db = await createTestWarehouse(`
      CREATE TABLE customers AS
      SELECT 'c' || lpad(i::text, 5, '0') AS customer_id,
             CASE WHEN i % 10 > 0 THEN exp(2 * amount) END AS amount, monthly,
             CASE WHEN monthly THEN 'Month''s' WHEN i % 2 = 0 THEN 'One year' ELSE 'Two years' END AS contract,
             'person ' || i AS name, 7 AS constant, date '2024-01-01' AS since,
             (amount > 1 AND monthly) <> (i % 13 = 0) AS churned,
             CASE WHEN amount > 1 THEN 'tea' WHEN monthly THEN 'mugs' ELSE 'cakes' END AS next,
             (amount > 1 AND monthly) <> (i % 13 = 0) AS told_afterwards
        FROM (SELECT i, (hashint4(i) & 1023) / 256.0 AS amount, hashint4(-i) & 1 = 1 AS monthly
                FROM generate_series(1, 2500) AS i) AS drawn;
      ALTER TABLE customers ADD PRIMARY KEY (customer_id)`);
    trained = await trainModel(
      db.warehouse,
      'churn',
      request({ label: 'churned', exclude: ['told_afterwards', 'next'] }),
    );
    model = await versionOf(trained);
  });
  afterAll(() => db.close());

  test('is learnt from, and the version says by what and how well', () => {
    const { metrics, training, inputs, background } = model.manifest;
    expect(inputs.map(({ name }) => name)).toEqual(['amount', 'monthly', 'contract']);
    expect(inputs[0]).toMatchObject({ transform: 'signed_log1p', null_indicator: true });
    expect(inputs[2]).toMatchObject({ categories: ["Month's", 'One year', 'Two years'] });
    for (const { histogram } of inputs) {
      const counted = histogram!.counts.reduce((sum, count) => sum + count, histogram!.nulls);
      expect(counted).toBe(training!.rows.train);
    }
    expect(training).toMatchObject({ source: 'table', label: 'churned', cut: null });
    expect(training!.rows).toEqual({ train: 1750, validation: 375, test: 375 });
    expect(background).toHaveLength(100);
    expect(metrics!.auc).toBeGreaterThan(0.85);
    expect(Object.keys(metrics!.baselines).sort()).toEqual(['logistic_regression', 'majority']);
    expect(Math.abs(metrics!.mean_predicted! - metrics!.observed_rate!)).toBeLessThan(0.06);
    expect([...trained.files.keys()].sort()).toEqual([
      ...['calibration.svg', 'card.json', 'card.md', 'comparison.svg'],
      ...['manifest.json', 'model.json', 'weights.bin'],
    ]);
    expect(trained.files.get('card.md')!.toString()).toContain('name is left out');
  });

  test('is scored by the stream of members as the version foretells', async () => {
    const committed = await loadModels(MODELS_DIR);
    const engine = await createEngine({ preference: 'tfjs-wasm', checkModels: [model] });
    const scorer = await createScorer({
      engine,
      models: { ...committed, churn: model },
      predictors: ['churn'],
      rfm: DEFAULT_RFM_SETTINGS,
      batchSize: 1000,
    });
    let sum = 0;
    let imputed = 0;
    const { members } = await streamMembers(db.warehouse, {
      condition: 'true',
      range: { lo: null, hi: null },
      columns: scorer.columns,
      batchSize: 1000,
      onBatch: (batch) => {
        const scored = scorer.score(batch);
        expect(scored.failures).toEqual([]);
        for (let row = 0; row < batch.size; row++) {
          sum += scored.churn![row]!;
          imputed += scored.outcome[row]!;
        }
      },
    });
    engine.dispose();
    expect(members).toBe(2500);
    expect(imputed).toBe(250);
    const [[churned]] = (await db.sql('SELECT avg(churned::int)::float8 FROM customers')) as [
      [number],
    ];
    expect(Math.abs(sum / members - churned)).toBeLessThan(0.05);
  });

  test('gives the same weights for the same seed, and others for another', async () => {
    const weights = async (seed: number) => {
      const how = request({ label: 'churned', inputs: ['amount', 'monthly'], epochs: 2, seed });
      return (await trainModel(db.warehouse, 'churn', how)).files.get('weights.bin')!;
    };
    const [first, again, other] = [await weights(3), await weights(3), await weights(4)];
    expect(first.equals(again)).toBe(true);
    expect(first.equals(other)).toBe(false);
  });

  test('that betrays its label is told', async () => {
    const how = request({ label: 'churned', inputs: ['told_afterwards', 'amount'], epochs: 1 });
    const { card } = await trainModel(db.warehouse, 'churn', how);
    expect(card.notes.join()).toMatch(/told_afterwards alone tells the label/);
  });

  test('of offers is learnt with their names', async () => {
    const how = request({ label: 'next', inputs: ['amount', 'monthly'] });
    const offers = await versionOf(await trainModel(db.warehouse, 'nbo', how));
    expect(offers.manifest.outputs).toEqual(['offer_0', 'offer_1', 'offer_2']);
    expect(offers.manifest.offers!.map(({ category }) => category)).toEqual([
      ...['cakes', 'mugs', 'tea'],
    ]);
    const { top_1, baselines } = offers.manifest.metrics!;
    expect(top_1).toBeGreaterThan(baselines.majority!.top_1! + 0.1);
  });

  test('is refused with what is missing', async () => {
    const refused = (how: object) =>
      expect(trainModel(db.warehouse, 'churn', request(how))).rejects;
    await refused({ label: 'left' }).toThrow(/has no column left.*churned/);
    await refused({ label: 'amount' }).toThrow(/must be 0 or 1/);
    await refused({ label: 'churned', inputs: ['shoe_size'] }).toThrow(/no column shoe_size/);
    await refused({ label: 'contract', positive: 'Three years' }).toThrow(
      /0 who left; at least 50 are needed, 50 more/,
    );
    await refused({}).toThrow(/holds no transactions to learn from/);
    await refused({ method: 'bgnbd', label: 'churned' }).toThrow(/knows no label/);
  });

  test('is given up when the signal aborts', async () => {
    const stop = new AbortController();
    const training = trainModel(db.warehouse, 'churn', request({ label: 'churned' }), {
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === 'fitting') stop.abort();
      },
    });
    await expect(training).rejects.toMatchObject({ code: 'run_cancelled' });
  });
});

describe('transactions', () => {
  const CUT = '2024-06-30';
  let db: TestWarehouse;
  let folder: string;

  beforeAll(async () => {
    db = await createTestWarehouse('SELECT 1', { relation: 'features' });
    folder = await mkdtemp(join(tmpdir(), 'segcast-training-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await db.close();
  });

  /** Customers a to z, each with lines before the cut; `after` lies behind it. */
  async function load(after: readonly string[]): Promise<void> {
    const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
    const before = names.flatMap((customer, i) => [
      `${customer},2024-0${1 + (i % 5)}-10,${10 + i},1,p${i % 3},tea`,
      `${customer},2024-06-${10 + (i % 20)},${20 + i},2,p${i % 4},${i % 2 === 0 ? 'tea' : 'mugs'}`,
    ]);
    const file = join(folder, 'lines.csv');
    const head = 'customer,day,amount,items,product,category';
    await writeFile(file, [head, ...before, ...after].join('\n'));
    await importTransactions(db.url, {
      files: [file],
      format: { kind: 'delimited' },
      mapping: {
        ...{ customer: 'customer', date: 'day', amount: 'amount', items: 'items' },
        ...{ product: 'product', category: 'category' },
      },
      relation: 'features',
      asOf: '2024-12-31',
    });
    db.warehouse.invalidate();
  }

  async function rowsOf(source: TrainingSource, columns: string[]) {
    const rows = new Map<string, number[]>();
    await streamTrainingRows(db.warehouse, {
      ...{ source, columns, batchSize: 100 },
      onBatch: (batch) => {
        for (let row = 0; row < batch.size; row++) {
          const id = batch.ids.subarray(batch.idOffsets[row], batch.idOffsets[row + 1]);
          rows.set(
            Buffer.from(id).toString(),
            batch.columns.map((column) => column[row]!),
          );
        }
      },
    });
    return rows;
  }

  test('after the cut are seen by the label and by no feature', async () => {
    const columns = [
      ...['total_revenue', 'transaction_count', 'days_since_last_transaction', 'lifetime_value'],
      ...['avg_transaction_value', 'customer_age_days', 'monthly_revenue', 'product_count'],
      ...['service_count', 'engagement_score', 'items_total', 'max_order_value', 'purchase_days'],
      ...['avg_days_between_orders', 'revenue_90d', 'active_products_count'],
    ];
    const churn = async () => {
      const history = await readPurchaseHistory(db.warehouse);
      const source = { kind: 'churn', history, cut: CUT, horizonDays: 90 } as const;
      return rowsOf(source, [...columns, 'segcast_label']);
    };
    await load(['a,2024-12-30,1,1,p0,tea']);
    const without = await churn();
    // The leak: who will come back also spends a fortune then; the day after the cut counts.
    await load([
      'b,2024-07-01,99999,500,p9,mugs',
      'c,2024-09-28,99999,500,p9,mugs',
      'd,2024-09-29,99999,500,p9,mugs',
      'e,2024-08-01,-5,1,p0,tea',
      'new,2024-07-02,99999,500,p9,mugs',
    ]);
    const planted = await churn();
    expect([...without.keys()].sort()).toEqual([...planted.keys()].sort());
    for (const [id, row] of planted) {
      expect(row.slice(0, -1), id).toEqual(without.get(id)!.slice(0, -1));
      expect(row.at(-1), id).toBe(['b', 'c'].includes(id) ? 0 : 1);
    }
  });

  test('tell the offer bought first, by category or by a mapping of products', async () => {
    await load([
      'a,2024-07-05,10,1,p1,mugs',
      'a,2024-07-05,30,1,p2,cakes',
      'a,2024-07-04,5,1,p0,tea',
      'b,2024-07-09,10,1,p1,mugs',
      'b,2024-07-09,30,1,p2,cakes',
      'c,2024-11-09,30,1,p2,cakes',
      'd,2024-07-09,30,1,p8,',
    ]);
    const history = await readPurchaseHistory(db.warehouse);
    const dated = { kind: 'offers', history, cut: CUT, horizonDays: 90 } as const;
    const taken = async (source: TrainingSource, offers: string[]) => {
      const label = { column: 'segcast_label', categories: offers };
      const found = new Map<string, string>();
      await streamTrainingRows(db.warehouse, {
        ...{ source, offers, batchSize: 100 },
        columns: [label, 'segcast_bought_0'],
        onBatch: ({ size, columns, ids, idOffsets }) => {
          for (let row = 0; row < size; row++) {
            const id = Buffer.from(ids.subarray(idOffsets[row], idOffsets[row + 1])).toString();
            found.set(id, `${offers[columns[0]![row]!]}, ${columns[1]![row]} before`);
          }
        },
      });
      return Object.fromEntries(found);
    };
    const byCategory = { ...dated, offerOf: { kind: 'category' } } as const;
    expect(await taken(byCategory, ['mugs', 'tea', 'cakes'])).toEqual({
      a: 'tea, 0 before',
      b: 'cakes, 1 before',
    });
    const offers = { p1: 'one', p2: "it's two", p8: 'eight' };
    const byProduct = { ...dated, offerOf: { kind: 'products', offers } } as const;
    expect(await taken(byProduct, ['one', "it's two", 'eight'])).toEqual({
      a: "it's two, 0 before",
      b: "it's two, 2 before",
      d: 'eight, 0 before',
    });
  });

  test('that do not reach far enough are refused with the days at fault', async () => {
    await load(['a,2024-09-30,1,1,p0,tea']);
    const refused = (how: object) =>
      expect(trainModel(db.warehouse, 'churn', request(how))).rejects;
    await refused({ cut: CUT, horizon_days: 93 }).toThrow(
      /end on 2024-09-30.*Choose a cut of 2024-06-29 or earlier/,
    );
    await refused({ cut: '2024-01-20', horizon_days: 30 }).toThrow(/begin on 2024-01-10/);
    await refused({ cut: CUT, horizon_days: 90 }).toThrow(/26 customers.*500 are needed, 474 more/);
  });
});
