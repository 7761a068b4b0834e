import { expect, test } from 'vitest';
import { probabilityAlive, purchaseHistory } from './bgnbd.ts';
import { calibrate } from './calibrate.ts';

test('Platt scales the log-odds', () => {
  const answers = Float32Array.of(0.5, 0.8);
  calibrate(answers, 1, { method: 'platt', slope: 2, intercept: Math.log(3) });
  // Odds of 1 and 4 become 1² · 3 and 4² · 3.
  expect(answers[0]).toBeCloseTo(3 / 4, 6);
  expect(answers[1]).toBeCloseTo(48 / 49, 6);
});

test('isotonic calibration is linear between its points and flat outside', () => {
  const answers = Float32Array.of(0, 0.25, 0.5, 0.75, 1, NaN);
  const points = { thresholds: [0.25, 0.75], values: [0.1, 0.3] };
  calibrate(answers, 1, { method: 'isotonic', ...points });
  const expected = [0.1, 0.1, 0.2, 0.3, 0.3];
  expected.forEach((value, at) => expect(answers[at]).toBeCloseTo(value, 6));
  expect(answers[5]).toBeNaN();
});

test('a temperature flattens offers and keeps their sum and order', () => {
  const answers = Float32Array.of(0.64, 0.36, 0.9, 0.1);
  calibrate(answers, 2, { method: 'temperature', temperature: 2 });
  expect(answers[0]).toBeCloseTo(0.8 / 1.4, 6);
  expect(answers[2]).toBeCloseTo(3 / 4, 6);
  expect(answers[2]! + answers[3]!).toBeCloseTo(1, 6);
});

test('P(alive) is that of the formula published for customers of the CDNOW sample', () => {
  const fitted = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, days_per_unit: 7 };
  // Fader & Hardie's customer 0001: x = 2, t_x = 30.43, T = 38.86.
  const history = purchaseHistory(3, 59, 272, 7);
  expect(history).toEqual({ frequency: 2, recency: 213 / 7, age: 272 / 7 });
  expect(probabilityAlive(fitted, history)).toBeCloseTo(0.7266, 3);
  expect(probabilityAlive(fitted, purchaseHistory(1, 272, 272, 7))).toBe(1);
});
