import type { Calibration } from './manifest-training.ts';

/** Keeps the logarithms of certain answers finite. */
const LEAST = 1e-7;

/** Turns a network's answers, `width` to a row, into probabilities that hold; in place. */
export function calibrate(answers: Float32Array, width: number, how: Calibration): void {
  switch (how.method) {
    case 'platt':
      { platt(answers, how.slope, how.intercept); return; }
    case 'isotonic':
      for (let at = 0; at < answers.length; at++) answers[at] = interpolate(answers[at]!, how);
      return;
    case 'temperature':
      for (let at = 0; at < answers.length; at += width) {
        temper(answers.subarray(at, at + width), how.temperature);
      }
  }
}

/** The logarithm of the odds. */
export function logit(probability: number): number {
  const inside = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return Math.log(inside / (1 - inside));
}

function platt(answers: Float32Array, slope: number, intercept: number): void {
  for (let at = 0; at < answers.length; at++) {
    answers[at] = 1 / (1 + Math.exp(-(slope * logit(answers[at]!) + intercept)));
  }
}

function interpolate(
  value: number,
  { thresholds, values }: Extract<Calibration, { method: 'isotonic' }>,
): number {
  if (Number.isNaN(value)) return value;
  const above = thresholds.findIndex((threshold) => threshold > value);
  if (above === -1) return values.at(-1)!;
  if (above === 0) return values[0]!;
  const from = thresholds[above - 1]!;
  const share = (value - from) / (thresholds[above]! - from);
  return values[above - 1]! + share * (values[above]! - values[above - 1]!);
}

function temper(row: Float32Array, temperature: number): void {
  let sum = 0;
  for (let at = 0; at < row.length; at++) {
    row[at] = Math.max(row[at]!, LEAST) ** (1 / temperature);
    sum += row[at]!;
  }
  for (let at = 0; at < row.length; at++) row[at] = row[at]! / sum;
}
