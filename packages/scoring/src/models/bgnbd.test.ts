import { expect, test } from 'vitest';
import { lifetimeOf, probabilityAlive, probabilityOfNone, purchaseHistory } from './bgnbd.ts';

/** Published for CDNOW (Fader, Hardie & Lee 2005), in weeks. */
const CDNOW = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, days_per_unit: 7, horizon_days: 273 };
/** Fader & Hardie's customer 0001: x = 2, t_x = 30.43, T = 38.86. */
const FIRST = purchaseHistory(3, 59, 272, 7);
const ONCE = purchaseHistory(1, 272, 272, 7);

test('days become the history that the model knows', () => {
  expect(FIRST).toEqual({ frequency: 2, recency: 213 / 7, age: 272 / 7 });
});

test('P(alive) and the purchases to expect are those published', () => {
  expect(probabilityAlive(CDNOW, FIRST)).toBeCloseTo(0.7266, 3);
  const { probability_alive, expected_purchases, horizon_days } = lifetimeOf(CDNOW, FIRST);
  expect(probability_alive).toBe(probabilityAlive(CDNOW, FIRST));
  expect(expected_purchases).toBeCloseTo(1.226, 2);
  expect(horizon_days).toBe(273);
});

test('who bought once is alive, and silent by chance more often than whoever came back lately', () => {
  expect(probabilityAlive(CDNOW, ONCE)).toBe(1);
  expect(probabilityOfNone(CDNOW, ONCE)).toBeGreaterThan(probabilityOfNone(CDNOW, FIRST));
});

test('buys surely nothing in no time, and in endless time whoever is alive buys', () => {
  const within = (horizon_days: number) => probabilityOfNone({ ...CDNOW, horizon_days }, FIRST);
  expect(within(1e-9)).toBeCloseTo(1, 6);
  // The slowest customers make it a slow limit: t^-(r + x).
  expect(within(1e9)).toBeCloseTo(1 - probabilityAlive(CDNOW, FIRST), 6);
});
