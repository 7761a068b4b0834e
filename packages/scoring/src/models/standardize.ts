import type { ModelInput } from './model-manifest.ts';

/** The input of a network for a raw value: how many deviations it lies from the mean. */
export function standardize(value: number, input: ModelInput): number {
  return (value - input.mean) / input.deviation;
}

/** Raw rows (null where unknown) as the float32 row-major matrix that a network takes. */
export function standardizeRows(
  rows: readonly (readonly (number | null)[])[],
  inputs: readonly ModelInput[],
): Float32Array {
  const matrix = new Float32Array(rows.length * inputs.length);
  rows.forEach((row, index) => {
    inputs.forEach((input, column) => {
      const value = row[column] ?? input.imputed;
      matrix[index * inputs.length + column] = standardize(value, input);
    });
  });
  return matrix;
}
