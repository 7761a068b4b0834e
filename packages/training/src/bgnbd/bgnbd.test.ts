import {
  lifetimeOf,
  probabilityOfNone,
  seededRandom,
  type PurchaseHistory,
  type Random,
} from '@segcast/scoring';
import { expect, test } from 'vitest';
import { fitBgnbd } from './fit-bgnbd.ts';
import { logGamma } from './log-gamma.ts';

/** Published for CDNOW (Fader, Hardie & Lee 2005), in weeks. */
const CDNOW = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, days_per_unit: 7, horizon_days: 273 };

test('ln Γ has the known values', () => {
  expect(logGamma(1)).toBeCloseTo(0, 12);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
});

test('finds the parameters by which customers were drawn', () => {
  const random = seededRandom(5);
  const customers = Array.from({ length: 20_000 }, () => drawCustomer(random).history);
  const fitted = fitBgnbd(customers);
  // Of so many customers r and α are known to some 2 %, a and b to some 10 %.
  const within = { r: 0.06, alpha: 0.06, a: 0.3, b: 0.3 };
  for (const name of ['r', 'alpha', 'a', 'b'] as const) {
    const found = fitted[name];
    expect(Math.abs(found / CDNOW[name] - 1), `${name} = ${found}`).toBeLessThan(within[name]);
  }
});

test('foretells how many customers so drawn buy nothing, and how much the others', () => {
  const random = seededRandom(6);
  const customers = Array.from({ length: 40_000 }, () => drawCustomer(random));
  const groups = [
    customers.filter(({ history }) => history.frequency === 0),
    customers.filter(({ history }) => history.frequency === 1),
    customers.filter(({ history }) => history.frequency > 1),
  ];
  for (const group of groups) {
    const mean = (of: (drawn: Drawn) => number) =>
      group.reduce((sum, drawn) => sum + of(drawn), 0) / group.length;
    const none = mean(({ later }) => Number(later === 0));
    // Four standard errors of the share.
    const within = 4 * Math.sqrt((none * (1 - none)) / group.length);
    const foretold = mean(({ history }) => probabilityOfNone(CDNOW, history));
    expect(Math.abs(foretold - none)).toBeLessThan(within);
    const bought = mean(({ later }) => later);
    const error = Math.sqrt(mean(({ later }) => (later - bought) ** 2) / group.length);
    const expected = mean(({ history }) => lifetimeOf(CDNOW, history).expected_purchases);
    expect(Math.abs(expected - bought)).toBeLessThan(4 * error);
  }
});

interface Drawn {
  history: PurchaseHistory;
  /** Purchases within the horizon after it. */
  later: number;
}

/** A customer of the model: exponential gaps, and a chance to leave after each repeat purchase. */
function drawCustomer(random: Random): Drawn {
  const age = Math.round(7 * (27 + 12 * random())) / 7;
  const end = age + CDNOW.horizon_days / CDNOW.days_per_unit;
  const rate = gamma(CDNOW.r, random) / CDNOW.alpha;
  const [left, right] = [gamma(CDNOW.a, random), gamma(CDNOW.b, random)];
  const leaves = left / (left + right);
  const history = { frequency: 0, recency: 0, age };
  let later = 0;
  for (let time = 0; ;) {
    time -= Math.log(1 - random()) / rate;
    if (!(time < end)) return { history, later };
    if (time < age) {
      history.frequency += 1;
      history.recency = Math.round(7 * time) / 7;
    } else {
      later += 1;
    }
    if (random() < leaves) return { history, later };
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
