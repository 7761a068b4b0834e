import { networkWidth, inputWidth, type ModelInput } from './manifest-input.ts';

/** How many deviations a number lies from the mean, in the input's own scale. */
export function standardize(value: number, input: ModelInput): number {
  return (transformed(value, input) - input.mean) / input.deviation;
}

/**
 * Writes what a network takes for one raw value, null where unknown, from `at` on: `inputWidth`
 * values. Training and scoring both come here, so a model meets what it has learnt from.
 */
export function encodeInput(
  input: ModelInput,
  value: number | null,
  matrix: Float32Array,
  at: number,
): void {
  const { categories } = input;
  if (categories) {
    for (let index = 0; index < categories.length; index++) {
      matrix[at + index] = value === index ? 1 : 0;
    }
  } else {
    matrix[at] = standardize(value ?? input.imputed, input);
  }
  if (input.null_indicator) matrix[at + inputWidth(input) - 1] = value === null ? 1 : 0;
}

/** Raw rows (null where unknown) as the float32 row-major matrix that a network takes. */
export function standardizeRows(
  rows: readonly (readonly (number | null)[])[],
  inputs: readonly ModelInput[],
): Float32Array {
  const width = networkWidth(inputs);
  const matrix = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    let at = index * width;
    inputs.forEach((input, column) => {
      encodeInput(input, row[column] ?? null, matrix, at);
      at += inputWidth(input);
    });
  });
  return matrix;
}

function transformed(value: number, { transform }: ModelInput): number {
  return transform ? Math.sign(value) * Math.log1p(Math.abs(value)) : value;
}
