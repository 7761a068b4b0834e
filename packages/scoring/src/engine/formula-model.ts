import { probabilityOfNone, purchaseHistory } from '../models/bgnbd.ts';
import type { BgnbdParameters } from '../models/manifest-training.ts';
import type { EngineModel } from './engine-model.ts';

const WIDTH = 3;

/** A BG/NBD model as an engine runs its networks: churn is to buy nothing within its horizon. */
export function bgnbdModel(parameters: BgnbdParameters): EngineModel {
  return {
    predict: (input, rows, output) => {
      for (let row = 0, at = 0; row < rows; row++, at += WIDTH) {
        const [days, sinceLast, age] = [input[at]!, input[at + 1]!, input[at + 2]!];
        const history = purchaseHistory(days, sinceLast, age, parameters.days_per_unit);
        output[row] = probabilityOfNone(parameters, history);
      }
    },
    dispose: () => undefined,
  };
}
