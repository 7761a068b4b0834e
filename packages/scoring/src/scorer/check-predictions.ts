import { OFFER_COUNT } from '@segcast/contracts';
import { markFailed, type RowMarks } from './row-marks.ts';

/** Fails the customers whose churn probability is not a number. */
export function checkChurn(probabilities: Float32Array, size: number, marks: RowMarks): void {
  for (let row = 0; row < size; row++) {
    const probability = probabilities[row]!;
    if (!Number.isFinite(probability)) fail(marks, row, 'churn', probability);
  }
}

/** Chooses each customer's best offer, and fails those whose probabilities are not numbers. */
export function recommendOffers(
  offers: Float32Array,
  recommended: Uint8Array,
  size: number,
  marks: RowMarks,
): void {
  const count = OFFER_COUNT;
  for (let row = 0, at = 0; row < size; row++, at += count) {
    let best = 0;
    let greatest = offers[at]!;
    let sum = greatest;
    for (let offer = 1; offer < count; offer++) {
      const probability = offers[at + offer]!;
      sum += probability;
      if (probability > greatest) {
        greatest = probability;
        best = offer;
      }
    }
    recommended[row] = best;
    if (!Number.isFinite(sum)) fail(marks, row, 'next best offer', sum);
  }
}

function fail(marks: RowMarks, row: number, model: string, answer: number): void {
  markFailed(marks, row, 'prediction_not_finite', `the ${model} model answers ${answer}`);
}
