import { expect, test } from 'vitest';
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
