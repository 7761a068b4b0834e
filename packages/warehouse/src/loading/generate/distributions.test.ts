import { expect, test } from 'vitest';
import { beta, exponential, gamma, geometric, normal, weighted } from './distributions.ts';
import { createRandom, type Random } from './random.ts';

const DRAWS = 200_000;

/** Mean and variance of many draws from one seed. */
function momentsOf(draw: (random: Random) => number): { mean: number; variance: number } {
  const random = createRandom(2024, 1);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const value = draw(random);
    sum += value;
    squares += value * value;
  }
  const mean = sum / DRAWS;
  return { mean, variance: squares / DRAWS - mean * mean };
}

test.each([
  ['normal', normal, 0, 1],
  ['exponential', (random: Random) => exponential(random, 2), 0.5, 0.25],
  ['gamma of a shape under 1', (random: Random) => gamma(random, 0.243, 4.414), 0.05505, 0.01247],
  ['gamma of a shape over 1', (random: Random) => gamma(random, 6.25, 0.5), 12.5, 25],
  ['beta', (random: Random) => beta(random, 0.793, 2.426), 0.24635, 0.044],
  ['geometric', (random: Random) => geometric(random, 0.585), 1.40964, 3.3967],
])('%s has its mean and variance', (_, draw, mean, variance) => {
  const moments = momentsOf(draw);
  const standardError = Math.sqrt(variance / DRAWS);
  expect(Math.abs(moments.mean - mean)).toBeLessThan(4 * standardError);
  expect(Math.abs(moments.variance / variance - 1)).toBeLessThan(0.05);
});

test('weighted indexes come in proportion', () => {
  const draw = weighted([1, 0, 3]);
  const random = createRandom(1, 1);
  const counts = [0, 0, 0];
  for (let i = 0; i < DRAWS; i++) counts[draw(random)]! += 1;
  expect(counts[1]).toBe(0);
  expect(counts[2]! / DRAWS).toBeCloseTo(0.75, 2);
});
