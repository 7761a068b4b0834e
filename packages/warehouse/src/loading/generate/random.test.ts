import { expect, test } from 'vitest';
import { createRandom, xoshiro128 } from './random.ts';

test('xoshiro128** gives the published sequence', () => {
  const next = xoshiro128([1, 2, 3, 4]);
  const outputs = Array.from({ length: 8 }, () => next() >>> 0);
  expect(outputs).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849,
  ]);
});

test('numbers are uniform in the open interval from 0 to 1', () => {
  const random = createRandom(42, 1);
  const counts = new Array<number>(100).fill(0);
  const draws = 200_000;
  let least = 1;
  let greatest = 0;
  for (let i = 0; i < draws; i++) {
    const number = random();
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
    counts[Math.floor(number * 100)]! += 1;
  }
  expect(least).toBeGreaterThan(0);
  expect(greatest).toBeLessThan(1);
  const expected = draws / 100;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // The 99.9th percentile of chi-square with 99 degrees of freedom is 148.
  expect(chiSquare).toBeLessThan(148);
});

test('a seed and a stream decide the numbers', () => {
  const first = (seed: number, stream: number) => createRandom(seed, stream)();
  expect(first(7, 1)).toBe(first(7, 1));
  const others = [first(7, 2), first(8, 1), first(0, 1), first(Number.MAX_SAFE_INTEGER, 1)];
  expect(new Set([first(7, 1), ...others]).size).toBe(5);
});
