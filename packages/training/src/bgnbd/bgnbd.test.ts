import { purchaseHistory, seededRandom, type PurchaseHistory, type Random } from '@segcast/scoring';
import { expect, test } from 'vitest';
import { expectedPurchases } from './expected-purchases.ts';
import { fitBgnbd } from './fit-bgnbd.ts';
import { logGamma } from './log-gamma.ts';

/** Published for CDNOW (Fader, Hardie & Lee 2005), in weeks. */
const CDNOW = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, days_per_unit: 7 };

test('ln Γ has the known values', () => {
  expect(logGamma(1)).toBeCloseTo(0, 12);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
});

test('expects the purchases published for a customer', () => {
  // Customer 0001: x = 2, t_x = 30.43, T = 38.86; 1.226 purchases in the next 39 weeks.
  const history = { frequency: 2, recency: 30.43, age: 38.86 };
  expect(expectedPurchases(CDNOW, history, 39)).toBeCloseTo(1.226, 2);
});

test('finds the parameters by which customers were drawn', () => {
  const random = seededRandom(5);
  const customers = Array.from({ length: 20_000 }, () => drawCustomer(random));
  const fitted = fitBgnbd(customers, 7);
  // Of so many customers r and α are known to some 2 %, a and b to some 10 %.
  const within = { r: 0.06, alpha: 0.06, a: 0.3, b: 0.3 };
  for (const name of ['r', 'alpha', 'a', 'b'] as const) {
    const found = fitted.parameters[name];
    expect(Math.abs(found / CDNOW[name] - 1), `${name} = ${found}`).toBeLessThan(within[name]);
  }
});

/** A customer of the model: exponential gaps, and a chance to leave after each repeat purchase. */
function drawCustomer(random: Random): PurchaseHistory {
  const age = Math.round(7 * (27 + 12 * random())) / 7;
  const rate = gamma(CDNOW.r, random) / CDNOW.alpha;
  const [left, right] = [gamma(CDNOW.a, random), gamma(CDNOW.b, random)];
  const leaves = left / (left + right);
  const history = { frequency: 0, recency: 0, age };
  for (let time = 0; ;) {
    time -= Math.log(1 - random()) / rate;
    if (!(time < age)) return history;
    history.frequency += 1;
    history.recency = Math.round(7 * time) / 7;
    if (random() < leaves) return history;
  }
}

/** Marsaglia & Tsang (2000). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

test('days become the history that the model knows', () => {
  expect(purchaseHistory(3, 59, 272, 7)).toEqual({
    frequency: 2,
    recency: 213 / 7,
    age: 272 / 7,
  });
});
