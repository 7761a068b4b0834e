import { aggregatedStatsSchema, PREDICTORS } from '@segcast/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOME, type ScoredBatch } from '../scorer/scoring-batch.ts';
import { addToStats } from './add-to-stats.ts';
import { mergeStats } from './merge-stats.ts';
import { createStats, partialStatsSchema, type PartialStats } from './partial-stats.ts';
import { emptyStats, summarizeStats } from './summarize-stats.ts';

const THRESHOLDS = { high: 0.7, medium: 0.4 };

interface ScoredCustomer {
  outcome: number;
  churn: number;
  offers: number[];
  code: number;
}

const share = fc.float({ min: 0, max: 1, noNaN: true });
const score = fc.integer({ min: 1, max: 5 });
const scoredCustomer: fc.Arbitrary<ScoredCustomer> = fc.record({
  outcome: fc.constantFrom(...Object.values(OUTCOME)),
  churn: share,
  offers: fc.array(share, { minLength: 8, maxLength: 8 }),
  code: fc.tuple(score, score, score).map(([r, f, m]) => r * 100 + f * 10 + m),
});

function toScored(customers: readonly ScoredCustomer[]): ScoredBatch {
  const best = (offers: number[]) => offers.indexOf(Math.max(...offers));
  const values = Float64Array.from(customers, () => 0);
  return {
    size: customers.length,
    outcome: Uint8Array.from(customers, (c) => c.outcome),
    failures: customers.flatMap((c, row) =>
      c.outcome === OUTCOME.failed ? [{ row, code: 'input_not_finite', error: 'x is NaN' }] : [],
    ),
    churn: Float32Array.from(customers, (c) => c.churn),
    offers: Float32Array.from(customers.flatMap((c) => c.offers)),
    recommended: Uint8Array.from(customers, (c) => best(c.offers)),
    rfm: {
      code: Int16Array.from(customers, (c) => c.code),
      recency: values,
      frequency: values,
      monetary: values,
    },
  };
}

function statsOf(customers: readonly ScoredCustomer[]): PartialStats {
  const stats = createStats(PREDICTORS);
  addToStats(stats, toScored(customers), THRESHOLDS);
  return stats;
}

test('any partition in any order merges to the same bytes', () => {
  const customersWithPlaces = fc.array(fc.tuple(scoredCustomer, fc.nat(6), fc.nat()), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(customersWithPlaces, (placed) => {
      const shuffled = [...placed].sort((a, b) => a[2] - b[2]);
      const parts = [0, 1, 2, 3, 4, 5, 6].map((part) =>
        statsOf(shuffled.filter(([, place]) => place === part).map(([customer]) => customer)),
      );
      const merged = createStats(PREDICTORS);
      for (const part of parts) {
        mergeStats(merged, partialStatsSchema.parse(JSON.parse(JSON.stringify(part))));
      }
      const whole = statsOf(placed.map(([customer]) => customer));
      expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
      expect(JSON.stringify(summarizeStats(merged))).toBe(JSON.stringify(summarizeStats(whole)));
    }),
  );
});

test('the summary is what a plain calculation gives', () => {
  fc.assert(
    fc.property(fc.array(scoredCustomer, { minLength: 1, maxLength: 100 }), (customers) => {
      const stats = statsOf(customers);
      const scored = customers.filter((c) => c.outcome !== OUTCOME.failed);
      expect(stats.members).toBe(customers.length);
      expect(stats.successful + stats.failed).toBe(customers.length);
      expect(stats.successful).toBe(scored.length);
      const { churn, nbo, rfm } = aggregatedStatsSchema.required().parse(summarizeStats(stats));
      expect(churn.count).toBe(scored.length);
      expect(churn.high + churn.medium + churn.low).toBe(scored.length);
      expect(churn.high).toBe(scored.filter((c) => c.churn > Math.fround(0.7)).length);
      expect(churn.histogram.reduce((a, b) => a + b)).toBe(scored.length);
      expect(nbo.count).toBe(scored.length);
      expect(rfm.count).toBe(scored.length);
      const mean = (value: (c: ScoredCustomer) => number) =>
        scored.reduce((sum, c) => sum + value(c), 0) / scored.length;
      if (scored.length === 0) return;
      expect(churn.avg_probability).toBeCloseTo(
        mean((c) => c.churn),
        6,
      );
      expect(nbo.avg_confidence).toBeCloseTo(
        mean((c) => Math.max(...c.offers)),
        6,
      );
      expect(rfm.avg_r).toBeCloseTo(
        mean((c) => Math.floor(c.code / 100)),
        9,
      );
      expect(rfm.avg_f).toBeCloseTo(
        mean((c) => Math.floor(c.code / 10) % 10),
        9,
      );
      expect(rfm.avg_m).toBeCloseTo(
        mean((c) => c.code % 10),
        9,
      );
    }),
  );
});

function customer(changes: Partial<ScoredCustomer>): ScoredCustomer {
  return {
    outcome: OUTCOME.scored,
    churn: 0.5,
    offers: [1, 0, 0, 0, 0, 0, 0, 0],
    code: 111,
    ...changes,
  };
}

function prefers(offer: number): number[] {
  return Array.from({ length: 8 }, (_, index) => (index === offer ? 0.5 : 0.0625));
}

test('ranks from the most to the least, equals by name, and shows only what there is', () => {
  const stats = statsOf([
    customer({ offers: prefers(3), code: 555 }),
    customer({ offers: prefers(3), code: 111 }),
    customer({ offers: prefers(5), code: 333 }),
    customer({ offers: prefers(2), code: 111 }),
  ]);
  const { nbo, rfm } = summarizeStats(stats);
  expect(nbo).toEqual({
    top_offers: [
      ['offer_3', 2],
      ['offer_2', 1],
      ['offer_5', 1],
    ],
    distribution: { offer_2: 1, offer_3: 2, offer_5: 1 },
    avg_confidence: 0.5,
    count: 4,
  });
  expect(rfm).toEqual({
    top_segments: [
      ['Lost', 2],
      ['Champions', 1],
      ['Need Attention', 1],
    ],
    distribution: { Champions: 1, Lost: 2, 'Need Attention': 1 },
    avg_r: 2.5,
    avg_f: 2.5,
    avg_m: 2.5,
    count: 4,
  });
});

test('bands, percentages with one decimal and the histogram', () => {
  const probabilities = [0, 0.005, 0.4, 0.415, 0.7, 0.715, 1].map(Math.fround);
  const { churn } = summarizeStats(statsOf(probabilities.map((churn) => customer({ churn }))));
  expect(churn).toMatchObject({
    high: 2,
    medium: 2,
    low: 3,
    count: 7,
    high_percentage: 28.6,
    medium_percentage: 28.6,
    low_percentage: 42.9,
  });
  const filled = churn!.histogram.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []));
  expect(filled).toEqual([
    [0, 2],
    [40, 1],
    [41, 1],
    [69, 1],
    [71, 1],
    [99, 1],
  ]);
});

test('customers that failed count as failed and in nothing else', () => {
  const failed = customer({ outcome: OUTCOME.failed, churn: NaN });
  const stats = statsOf([failed, customer({ outcome: OUTCOME.imputed })]);
  expect(stats).toMatchObject({ members: 2, successful: 1, failed: 1, imputed: 1 });
  expect(summarizeStats(stats)).toMatchObject({
    churn: { count: 1, avg_probability: 0.5 },
    nbo: { count: 1 },
    rfm: { count: 1 },
  });
});

test('only the predictors asked for are summarised', () => {
  const stats = createStats(['rfm']);
  addToStats(stats, { ...toScored([customer({})]), churn: null, offers: null }, THRESHOLDS);
  expect(Object.keys(summarizeStats(stats))).toEqual(['rfm']);
});

test('without members the counts and percentages are 0 and the averages null', () => {
  expect(emptyStats()).toEqual({
    churn: {
      high: 0,
      medium: 0,
      low: 0,
      count: 0,
      avg_probability: null,
      high_percentage: 0,
      medium_percentage: 0,
      low_percentage: 0,
      histogram: new Array(100).fill(0),
    },
    nbo: { top_offers: [], distribution: {}, avg_confidence: null, count: 0 },
    rfm: { distribution: {}, top_segments: [], avg_r: null, avg_f: null, avg_m: null, count: 0 },
  });
});

test('stats of different predictors are not merged', () => {
  expect(() => mergeStats(createStats(['churn']), createStats(['rfm']))).toThrow(TypeError);
});
