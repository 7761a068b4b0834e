import { probabilityOfNone, purchaseHistory } from '../models/bgnbd.ts';
import { calibrate } from '../models/calibrate.ts';
import type { BgnbdParameters, Calibration } from '../models/manifest-training.ts';
import type { EngineModel } from './engine-model.ts';

const WIDTH = 3;

/** A BG/NBD model as an engine runs its networks: churn is to buy nothing within its horizon, calibrated. */
export function bgnbdModel(
  parameters: BgnbdParameters,
  calibration: Calibration | undefined,
): EngineModel {
  return {
    predict: (input, rows, output) => {
      for (let row = 0, at = 0; row < rows; row++, at += WIDTH) {
        const [days, sinceLast, age] = [input[at]!, input[at + 1]!, input[at + 2]!];
        const history = purchaseHistory(days, sinceLast, age, parameters.days_per_unit);
        output[row] = probabilityOfNone(parameters, history);
      }
      if (calibration) calibrate(output.subarray(0, rows), 1, calibration);
    },
    dispose: () => undefined,
  };
}
