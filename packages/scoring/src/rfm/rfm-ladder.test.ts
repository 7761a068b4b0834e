import { expect, test } from 'vitest';
import { amountLadder, ladderScore, recencyLadder } from './rfm-ladder.ts';
import { DEFAULT_RFM_SETTINGS, rfmSettingsSchema } from './rfm-settings.ts';

test.each([
  [0, 5],
  [30, 5],
  [30.5, 4],
  [60, 4],
  [61, 3],
  [90, 3],
  [91, 2],
  [180, 2],
  [181, 1],
  [NaN, 1],
])('%s days since the last transaction score %s', (days, score) => {
  expect(ladderScore(days, recencyLadder(DEFAULT_RFM_SETTINGS.recency))).toBe(score);
});

test.each([
  [20, 5],
  [19, 4],
  [10, 4],
  [9, 3],
  [5, 3],
  [4, 2],
  [2, 2],
  [1, 1],
  [0, 1],
  [NaN, 1],
])('%s transactions score %s', (count, score) => {
  expect(ladderScore(count, amountLadder(DEFAULT_RFM_SETTINGS.frequency))).toBe(score);
});

test.each([
  [1000, 5],
  [999.99, 4],
  [500, 4],
  [499.99, 3],
  [200, 3],
  [199.99, 2],
  [100, 2],
  [99.99, 1],
  [-50, 1],
  [NaN, 1],
])('a revenue of %s scores %s', (amount, score) => {
  expect(ladderScore(amount, amountLadder(DEFAULT_RFM_SETTINGS.monetary))).toBe(score);
});

test('refuses thresholds out of order', () => {
  const parse = (changes: object) =>
    rfmSettingsSchema.safeParse({ ...DEFAULT_RFM_SETTINGS, ...changes }).success;
  expect(parse({})).toBe(true);
  expect(parse({ recency: [30, 90, 60, 180] })).toBe(false);
  expect(parse({ frequency: [2, 5, 10, 20] })).toBe(false);
  expect(parse({ monetary: [1000, 500, 500, 600] })).toBe(false);
  // Quintiles coincide where many customers share a value.
  expect(parse({ monetary: [1000, 500, 500, 100] })).toBe(true);
  expect(parse({ monetary: [1000, 500, 200] })).toBe(false);
});
