import type { EncodedRows } from '../data/encode-rows.ts';
import { splitFold, untested, type Rows, type Split } from '../data/split.ts';
import type { FitOptions, FittedNetwork } from './fit-network.ts';
import { predictRows } from './predict-rows.ts';

/** What a calibration is fitted on: answers, row-major, for rows that were not learnt from. */
export interface CalibrationSample {
  answers: Float64Array;
  rows: Rows;
}

/** So many validation rows tell a share to 0.7 points (a standard error), which is enough. */
const ENOUGH_ROWS = 5000;
const FOLDS = 5;

/**
 * A network's answers for the validation rows. Of few of them chance would decide the calibration:
 * then each row that is not tested is answered by one of five networks of the same form, fitted
 * without it (cross-fitting, as scikit-learn's `CalibratedClassifierCV(ensemble=False)`).
 *
 * @param fit - Fits a network of the same form on other parts.
 */
export async function calibrationSample(
  { layers }: FittedNetwork,
  fit: (split: FitOptions['split']) => Promise<FittedNetwork>,
  { encoded, split }: { encoded: EncodedRows; split: Split },
): Promise<CalibrationSample> {
  if (split.validation.length >= ENOUGH_ROWS) {
    const rows = split.validation;
    return { answers: predictRows(layers, encoded, rows), rows };
  }
  const rows = untested(split);
  const validating = split.validation.length / rows.length;
  const answers = new Float64Array(rows.length * layers.at(-1)!.bias.length);
  for (let index = 0, at = 0; index < FOLDS; index++) {
    const { test, ...others } = splitFold(rows, { index, of: FOLDS }, validating);
    const fitted = await fit(others);
    const part = predictRows(fitted.layers, encoded, test);
    answers.set(part, at);
    at += part.length;
  }
  return { answers, rows };
}
