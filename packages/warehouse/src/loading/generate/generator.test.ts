import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createGenerator, HORIZON_WEEKS } from './generator.ts';
import { BG_NBD, GAMMA_GAMMA } from './purchase-process.ts';

const CUSTOMERS = 20_000;
const base = { customers: CUSTOMERS, seed: 11, asOf: '2025-06-30' };

function hashOf(options: typeof base): string {
  const hash = createHash('sha256');
  const generator = createGenerator(options);
  for (const { id, profile } of generator.profiles()) hash.update(JSON.stringify([id, profile]));
  for (const lines of generator.transactions()) hash.update(lines);
  return hash.digest('hex');
}

/** Times and amounts of each customer's purchases, in order. */
const purchases = [...createGenerator(base).transactions()].map((lines) => {
  const cells = lines.split('\n').map((line) => line.split('\t'));
  return { times: cells.map((row) => row[1]!), amounts: cells.map((row) => Number(row[2])) };
});

test('the same seed and day give the same bytes, others give others', () => {
  const small = { ...base, customers: 2_000 };
  expect(hashOf(small)).toBe(hashOf(small));
  expect(hashOf({ ...small, seed: 12 })).not.toBe(hashOf(small));
  expect(hashOf({ ...small, asOf: '2025-07-01' })).not.toBe(hashOf(small));
});

test('the first customers do not depend on how many there are', () => {
  const few = [...createGenerator({ ...base, customers: 5 }).transactions()];
  const [first, second] = createGenerator(base).transactions();
  expect(few.slice(0, 2)).toEqual([first, second]);
});

test('every customer has a profile and buys first on the day of the signup', () => {
  const profiles = [...createGenerator(base).profiles()];
  expect(profiles[0]!.id).toBe('C0000001');
  expect(profiles.map(({ profile }) => profile.at(-1))).toEqual(
    purchases.map(({ times }) => times[0]!.slice(0, 10)),
  );
  const unknown = profiles.filter(({ profile }) => profile.includes(null)).length;
  expect(unknown).toBeGreaterThan(0);
});

test('purchases lie in the two years up to the as-of day, in order', () => {
  const times = purchases.map((customer) => customer.times);
  expect(times.map((own) => own.toSorted())).toEqual(times);
  const sorted = times.flat().toSorted();
  expect(sorted[0]! >= '2023-07-04').toBe(true);
  expect(sorted.at(-1)! < '2025-07-01').toBe(true);
  expect(sorted.at(-1)!.startsWith('2025-06-30')).toBe(true);
});

test('as many customers never come back as BG/NBD says', () => {
  // P(no repeat in t) = (α / (α + t))^r, averaged over first purchases uniform in the horizon.
  const { r, alpha } = BG_NBD;
  const integral = ((alpha + HORIZON_WEEKS) ** (1 - r) - alpha ** (1 - r)) / (1 - r);
  const expected = (alpha ** r * integral) / HORIZON_WEEKS;
  const once = purchases.filter(({ amounts }) => amounts.length === 1).length;
  const standardError = Math.sqrt((expected * (1 - expected)) / CUSTOMERS);
  expect(Math.abs(once / CUSTOMERS - expected)).toBeLessThan(4 * standardError);
});

test('customers come back as often as BG/NBD says', () => {
  const steps = 400;
  let expected = 0;
  for (let i = 0; i < steps; i++) expected += expectedRepeats(((i + 0.5) / steps) * HORIZON_WEEKS);
  expected /= steps;
  const repeats = purchases.reduce((sum, { amounts }) => sum + amounts.length - 1, 0);
  // The number of repeats has a standard deviation of about 3: four standard errors.
  expect(Math.abs(repeats / CUSTOMERS - expected)).toBeLessThan((4 * 3) / Math.sqrt(CUSTOMERS));
});

test('a purchase is worth what gamma-gamma says', () => {
  const { p, q, gamma } = GAMMA_GAMMA;
  const expected = (p * gamma) / (q - 1);
  const mean = purchases.reduce((sum, { amounts }) => sum + amounts[0]!, 0) / CUSTOMERS;
  const variance = (p * (p + 1) * gamma ** 2) / ((q - 1) * (q - 2)) - expected ** 2;
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / CUSTOMERS));
});

/** E[X(t)] of BG/NBD: equation 9 of Fader, Hardie and Lee (2005). */
function expectedRepeats(t: number): number {
  const { r, alpha, a, b } = BG_NBD;
  const series = hypergeometric(r, b, a + b - 1, t / (alpha + t));
  return ((a + b - 1) / (a - 1)) * (1 - (alpha / (alpha + t)) ** r * series);
}

/** Gauss's series 2F1(a, b; c; z). */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; Math.abs(term) > 1e-14; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
  }
  return sum;
}
