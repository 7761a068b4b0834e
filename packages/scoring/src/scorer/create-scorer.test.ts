import { PREDICTORS } from '@segcast/contracts';
import * as core from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createEngine } from '../engine/create-engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/load-models.ts';
import { DEFAULT_RFM_SETTINGS } from '../rfm/rfm-settings.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { dummyRows, toBatch } from '../testing/dummy-batch.ts';
import { createScorer } from './create-scorer.ts';
import { OUTCOME, type ScoredBatch, type Scorer } from './scoring-batch.ts';

const MOST = 8192;
let engine: Engine;
let models: Models;
let scorer: Scorer;

beforeAll(async () => {
  models = await loadCommittedModels();
  engine = await createEngine({ preference: 'tfjs-wasm', checkModels: Object.values(models) });
  scorer = await scorerOf(PREDICTORS);
});
afterAll(() => engine.dispose());

function scorerOf(predictors: readonly (typeof PREDICTORS)[number][]): Promise<Scorer> {
  const rfm = DEFAULT_RFM_SETTINGS;
  return createScorer({ engine, models, predictors, rfm, batchSize: MOST });
}

/** A copy, since the scorer uses its buffers again. */
function snapshot({ size, outcome, failures, churn, offers, recommended, rfm }: ScoredBatch) {
  return {
    outcome: outcome.slice(0, size),
    failures,
    churn: churn!.slice(0, size),
    offers: offers!.slice(0, size * 8),
    recommended: recommended!.slice(0, size),
    code: rfm!.code.slice(0, size),
  };
}

function expectSameBytes(found: ArrayBufferView, expected: ArrayBufferView): void {
  const bytes = (view: ArrayBufferView) =>
    Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  expect(bytes(found).equals(bytes(expected))).toBe(true);
}

test('asks for each column once', () => {
  expect(scorer.columns).toHaveLength(new Set(scorer.columns).size);
  expect([...scorer.columns].sort()).toEqual(
    models.churn.manifest.inputs.map((input) => input.column).sort(),
  );
});

test('a customer’s scores are the same bits in a batch of any size', () => {
  const batch = toBatch(scorer.columns, dummyRows(MOST));
  const whole = snapshot(scorer.score(batch));
  const check = (from: number, size: number) => {
    const columns = batch.columns.map((column) => column.subarray(from));
    const nulls = batch.nulls.map((mask) => mask.subarray(from));
    const scored = snapshot(scorer.score({ size, columns, nulls }));
    expectSameBytes(scored.churn, whole.churn.slice(from, from + size));
    expectSameBytes(scored.offers, whole.offers.slice(from * 8, (from + size) * 8));
    expectSameBytes(scored.code, whole.code.slice(from, from + size));
  };
  for (let size = 1; size <= 70; size++) check(size, size);
  const place = fc.tuple(fc.nat(MOST - 1), fc.integer({ min: 1, max: MOST }));
  fc.assert(
    fc.property(place, ([from, size]) => check(from, Math.min(size, MOST - from))),
    { numRuns: 60 },
  );
});

test('chooses the offer with the greatest probability', () => {
  const rows = dummyRows(500);
  const { offers, recommended } = snapshot(scorer.score(toBatch(scorer.columns, rows)));
  rows.forEach((_, row) => {
    const own = offers.slice(row * 8, row * 8 + 8);
    expect(recommended[row]).toBe(own.indexOf(Math.max(...own)));
    expect(own.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
  });
});

test('a null is imputed with the model’s value and its customer counted', () => {
  const rows = dummyRows(20);
  const input = models.churn.manifest.inputs.find((i) => i.column === 'monthly_revenue')!;
  const replaced = rows.map((row) => ({ ...row, monthly_revenue: input.imputed }));
  const expected = snapshot(scorer.score(toBatch(scorer.columns, replaced)));
  const unknown = rows.map((row) => ({ ...row, monthly_revenue: null }));
  const scored = snapshot(scorer.score(toBatch(scorer.columns, unknown)));
  expect(scored.churn).toEqual(expected.churn);
  expect(scored.offers).toEqual(expected.offers);
  expect(scored.failures).toEqual([]);
  expect([...scored.outcome]).toEqual(rows.map(() => OUTCOME.imputed));
});

test.each([NaN, Infinity, -Infinity])('an input of %s fails its customer alone', (value) => {
  const rows = dummyRows(9);
  const expected = snapshot(scorer.score(toBatch(scorer.columns, rows)));
  const spoilt = rows.map((row, i) => (i === 4 ? { ...row, product_count: value } : row));
  const scored = snapshot(scorer.score(toBatch(scorer.columns, spoilt)));
  expect(scored.failures).toEqual([
    {
      row: 4,
      code: 'input_not_finite',
      error: `product_count is ${value}, which is not a finite number`,
    },
  ]);
  expect([...scored.outcome]).toEqual([0, 0, 0, 0, OUTCOME.failed, 0, 0, 0, 0]);
  expect(scored.churn.with(4, 0)).toEqual(expected.churn.with(4, 0));
});

test('a value beyond float32 fails its customer with the column and the value', () => {
  const rows = dummyRows(3).map((row, i) => (i === 1 ? { ...row, total_revenue: 1e300 } : row));
  expect(scorer.score(toBatch(scorer.columns, rows)).failures).toEqual([
    {
      row: 1,
      code: 'prediction_not_finite',
      error: 'total_revenue is 1e+300, too far from the customers the model knows',
    },
  ]);
});

test('an answer that is no number fails its customer', () => {
  const huge = Object.fromEntries(
    models.churn.manifest.inputs.map(({ column, deviation }, i) => [
      column,
      (i % 2 ? 3e38 : -3e38) * deviation,
    ]),
  );
  const { failures } = scorer.score(toBatch(scorer.columns, [...dummyRows(2), huge]));
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({ row: 2, code: 'prediction_not_finite' });
  expect(failures[0]!.error).toMatch(/model answers NaN/);
});

test('failures come in the order of the rows, one for each customer', () => {
  const rows = dummyRows(6).map((row, i) => ({
    ...row,
    ...(i === 5 && { total_revenue: NaN, engagement_score: NaN }),
    ...(i === 2 && { engagement_score: Infinity, total_revenue: null }),
  }));
  const { failures, outcome } = scorer.score(toBatch(scorer.columns, rows));
  expect(failures.map(({ row }) => row)).toEqual([2, 5]);
  expect(failures[1]!.error).toMatch(/total_revenue/);
  expect(outcome[2]).toBe(OUTCOME.failed);
});

test('RFM alone calls no engine, and gives nulls their meaning', async () => {
  const load = vi.spyOn(engine, 'load');
  const rfm = await scorerOf(['rfm']);
  expect(load).not.toHaveBeenCalled();
  load.mockRestore();
  expect(rfm.columns).toEqual(Object.values(DEFAULT_RFM_SETTINGS.columns));
  const row = { days_since_last_transaction: 12, transaction_count: 10, total_revenue: 1000 };
  const {
    outcome,
    failures,
    churn,
    offers,
    recommended,
    rfm: scored,
  } = rfm.score(
    toBatch(rfm.columns, [
      row,
      { ...row, days_since_last_transaction: null },
      { ...row, transaction_count: null },
      { ...row, total_revenue: null },
      { ...row, total_revenue: NaN },
    ]),
  );
  expect({ churn, offers, recommended }).toEqual({ churn: null, offers: null, recommended: null });
  expect([...scored!.code.slice(0, 4)]).toEqual([545, 145, 515, 541]);
  expect([...outcome.slice(0, 5)]).toEqual([0, 0, 0, 0, OUTCOME.failed]);
  expect(failures.map((failure) => failure.error)).toEqual([
    'total_revenue is NaN, which is not a finite number',
  ]);
  expect([...scored!.recency.slice(0, 2)]).toEqual([12, NaN]);
});

test('runs only the model asked for', async () => {
  const churn = await scorerOf(['churn']);
  const scored = churn.score(toBatch(churn.columns, dummyRows(2)));
  expect(scored.churn).not.toBeNull();
  expect(scored).toMatchObject({ offers: null, recommended: null, rfm: null });
});

test('scores an empty batch, and refuses one larger than its buffers', () => {
  expect(scorer.score(toBatch(scorer.columns, []))).toMatchObject({ size: 0, failures: [] });
  const batch = { ...toBatch(scorer.columns, dummyRows(1)), size: MOST + 1 };
  expect(() => scorer.score(batch)).toThrow(RangeError);
});

test('leaves no tensor behind', async () => {
  const before = core.memory();
  const own = await scorerOf(PREDICTORS);
  const loaded = core.memory().numTensors;
  for (const size of [1, 100, 4096]) own.score(toBatch(own.columns, dummyRows(size)));
  expect(core.memory().numTensors).toBe(loaded);
  own.dispose();
  expect(core.memory()).toEqual(before);
});
