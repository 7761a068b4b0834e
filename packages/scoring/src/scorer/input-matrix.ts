import { inputWidth, networkWidth, type ModelInput } from '../models/manifest-input.ts';
import { encodeInput, standardize } from '../models/standardize.ts';
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
  const width = networkWidth(matrix.inputs);
  let first = 0;
  matrix.inputs.forEach((input, index) => {
    const place = { first, width, column: matrix.places[index]! };
    if (isPlain(input)) fillInput(matrix.values, input, place, batch, marks);
    else fillPrepared(matrix.values, input, place, batch, marks);
    first += inputWidth(input);
  });
}

/** Whether a scaler is all that the input needs. */
function isPlain({ transform, categories, null_indicator }: ModelInput): boolean {
  return !transform && !categories && !null_indicator;
}

interface Place {
  /** The input's first place in a row of the matrix. */
  first: number;
  /** Of a row of the matrix. */
  width: number;
  /** Of its column in the batch. */
  column: number;
}

function fillInput(
  values: Float32Array,
  input: ModelInput,
  place: Place,
  batch: ScoringBatch,
  marks: RowMarks,
): void {
  const { mean, deviation } = input;
  const { width } = place;
  const column = batch.columns[place.column]!;
  const nulls = batch.nulls[place.column]!;
  for (let row = 0, at = place.first; row < batch.size; row++, at += width) {
    const value = (column[row]! - mean) / deviation;
    values[at] = value;
    // One comparison finds NaN (null or not), ±Infinity and what float32 cannot hold.
    if (!(Math.abs(value) <= FLOAT32_MAX)) {
      values[at] = replaceInput(input, column[row]!, nulls[row] === 1, row, marks);
    }
  }
}

/** An input with a transformation, categories or an indicator: a call for each value. */
function fillPrepared(
  values: Float32Array,
  input: ModelInput,
  { first, width, column }: Place,
  batch: ScoringBatch,
  marks: RowMarks,
): void {
  for (let row = 0, at = first; row < batch.size; row++, at += width) {
    const value = batch.columns[column]![row]!;
    const isNull = batch.nulls[column]![row] === 1;
    encodeInput(input, isNull ? null : value, values, at);
    if (isNull) markImputed(marks, row);
    else if (!Number.isFinite(value) || !Number.isFinite(values[at])) {
      values[at] = replaceInput(input, value, false, row, marks);
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
