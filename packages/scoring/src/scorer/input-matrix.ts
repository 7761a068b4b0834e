import type { ModelInput } from '../models/model-manifest.ts';
import { standardize } from '../models/standardize.ts';
import { markFailed, markImputed, notFinite, type RowMarks } from './row-marks.ts';
import type { ScoringBatch } from './scoring-batch.ts';

const FLOAT32_MAX = 3.4028234663852886e38;

/** The standardised inputs of a batch, row-major, as models with one scaler share them. */
export interface InputMatrix {
  values: Float32Array;
  inputs: readonly ModelInput[];
  /** For each input, the place of its column in `ScoringBatch.columns`. */
  places: readonly number[];
}

/** Standardises a whole batch in one pass over each column. */
export function fillInputMatrix(matrix: InputMatrix, batch: ScoringBatch, marks: RowMarks): void {
  matrix.inputs.forEach((input, index) => fillInput(matrix, input, index, batch, marks));
}

function fillInput(
  { values, inputs, places }: InputMatrix,
  input: ModelInput,
  index: number,
  batch: ScoringBatch,
  marks: RowMarks,
): void {
  const { mean, deviation } = input;
  const column = batch.columns[places[index]!]!;
  const nulls = batch.nulls[places[index]!]!;
  for (let row = 0, at = index; row < batch.size; row++, at += inputs.length) {
    const value = (column[row]! - mean) / deviation;
    values[at] = value;
    // One comparison finds NaN (null or not), ±Infinity and what float32 cannot hold.
    if (!(Math.abs(value) <= FLOAT32_MAX)) {
      values[at] = replaceInput(input, column[row]!, nulls[row] === 1, row, marks);
    }
  }
}

/** The input that stands in for a null, or for a value that fails its customer. */
function replaceInput(
  input: ModelInput,
  value: number,
  isNull: boolean,
  row: number,
  marks: RowMarks,
): number {
  if (isNull) {
    markImputed(marks, row);
    return standardize(input.imputed, input);
  }
  if (Number.isFinite(value)) {
    markFailed(
      marks,
      row,
      'prediction_not_finite',
      `${input.column} is ${value}, too far from the customers the model knows`,
    );
  } else {
    markFailed(marks, row, 'input_not_finite', notFinite(input.column, value));
  }
  return 0;
}
