import { expect, test } from 'vitest';
import { populationStability } from './psi.ts';

test('is 0 for the same shares, whatever the totals', () => {
  expect(populationStability([10, 20, 70], [100, 200, 700])).toBeCloseTo(0, 12);
});

test('is the textbook sum for shifted shares', () => {
  // (0.5 − 0.25) ln 2 + (0.5 − 0.75) ln(2/3)
  const expected = 0.25 * Math.log(2) - 0.25 * Math.log(2 / 3);
  expect(populationStability([25, 75], [50, 50])).toBeCloseTo(expected, 12);
  expect(populationStability([50, 50], [25, 75])).toBeCloseTo(expected, 12);
});

test('is finite for an empty bin, and large', () => {
  expect(populationStability([50, 50, 0], [0, 50, 50])).toBeGreaterThan(5);
});

test('is unknown where nothing was counted', () => {
  expect(populationStability([0, 0], [1, 2])).toBeNull();
  expect(populationStability([1, 2], [0, 0])).toBeNull();
});
