import type { EncodedRows } from '../data/encode-rows.ts';
import type { Rows, Split } from '../data/split.ts';
import type { FittedNetwork } from './fit-network.ts';
import { predictRows } from './predict-rows.ts';

/** What a calibration is fitted on: answers, row-major, for rows that were not learnt from. */
export interface CalibrationSample {
  answers: Float64Array;
  rows: Rows;
}

/** So many validation rows tell a share to 0.7 points (a standard error), which is enough. */
const ENOUGH_ROWS = 5000;
const PARTS = 5;

/**
 * A network's answers for the validation rows. Of few of them chance would decide the calibration:
 * then each row that is not tested is answered by one of five networks of the same form, fitted
 * without it (cross-fitting, as scikit-learn's `CalibratedClassifierCV(ensemble=False)`).
 *
 * @param fit - Fits a network of the same form on other parts.
 */
export async function calibrationSample(
  network: FittedNetwork,
  fit: (split: Omit<Split, 'test'>) => Promise<FittedNetwork>,
  { encoded, split }: { encoded: EncodedRows; split: Split },
): Promise<CalibrationSample> {
  if (split.validation.length >= ENOUGH_ROWS) {
    const rows = split.validation;
    return { answers: predictRows(network.layers, encoded, rows), rows };
  }
  const rows = joined(Uint32Array, split.train, split.validation);
  let answers: Float64Array = new Float64Array();
  for (let part = 0; part < PARTS; part++) {
    const from = Math.round((rows.length * part) / PARTS);
    const to = Math.round((rows.length * (part + 1)) / PARTS);
    // The rows after the part come first, so that every part also validates on others.
    const others = joined(Uint32Array, rows.subarray(to), rows.subarray(0, from));
    const end = others.length - Math.round(others.length * share(split));
    const { layers } = await fit({
      train: others.subarray(0, end),
      validation: others.subarray(end),
    });
    const more = predictRows(layers, encoded, rows.subarray(from, to));
    answers = joined(Float64Array, answers, more);
  }
  return { answers, rows };
}

/** How many of the rows that are not tested validate. */
function share({ train, validation }: Split): number {
  return validation.length / (train.length + validation.length);
}

function joined<Values extends Uint32Array | Float64Array>(
  Kind: new (length: number) => Values,
  first: Values,
  second: Values,
): Values {
  const values = new Kind(first.length + second.length);
  values.set(first);
  values.set(second, first.length);
  return values;
}
