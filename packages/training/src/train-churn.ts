import type { TrainRequest } from '@segcast/contracts';
import { calibrate, type Calibration } from '@segcast/scoring';
import type { Dataset } from './data/read-dataset.ts';
import { churnScores } from './evaluate/churn-scores.ts';
import { measureChurn, type ChurnEvaluation } from './evaluate/measure-churn.ts';
import { meanOf, valuesOf } from './evaluate/values-of.ts';
import { fitCalibration } from './fit/calibration.ts';
import { fitNetwork, type FitOptions, type FittedNetwork } from './fit/fit-network.ts';
import { keepBetter } from './fit/keep-better.ts';
import { predictRows } from './fit/predict-rows.ts';
import { requireEnoughChurn } from './require-enough.ts';

export interface TrainedNetwork<Evaluation> {
  network: FittedNetwork;
  calibration: Calibration;
  evaluation: Evaluation;
  notes: string[];
}

/** Fits, calibrates and measures a churn network on data that was read. */
export async function trainChurn(
  dataset: Dataset,
  request: TrainRequest,
  progress: Pick<FitOptions, 'onEpoch' | 'signal'> = {},
): Promise<TrainedNetwork<ChurnEvaluation>> {
  const { labels, split } = dataset;
  requireEnoughChurn(labels);
  const fit = (hidden: readonly number[], more: Pick<FitOptions, 'onEpoch' | 'signal'>) =>
    fitNetwork({
      ...{ name: 'churn', seed: request.seed, hidden, labels, split, maxEpochs: request.epochs },
      rows: dataset.encoded,
      output: { units: 1, activation: 'sigmoid' },
      classWeights:
        request.class_weights === 'none' ? [1, 1] : balanced(valuesOf(labels, split.train)),
      ...more,
    });
  const fitted = await fit(request.hidden, progress);
  const linear = await fit([], progress.signal ? { signal: progress.signal } : {});
  const { kept: network, notes } = keepBetter(fitted, linear);
  const own = calibrated(network, dataset, request);
  const other = calibrated(linear, dataset, request);
  const happened = valuesOf(labels, split.test);
  const evaluation = measureChurn(dataset, own.test, {
    logistic_regression: churnScores(other.test, happened),
  });
  return { network, calibration: own.calibration, evaluation, notes };
}

/** Weights by which both labels count the same in total, and a row 1 on average. */
function balanced(labels: Float64Array): number[] {
  const share = meanOf(labels);
  return [0.5 / (1 - share), 0.5 / share];
}

function calibrated(
  { layers }: FittedNetwork,
  { encoded, labels, split }: Dataset,
  request: TrainRequest,
): { calibration: Calibration; test: Float64Array } {
  const answers = predictRows(layers, encoded, split.validation);
  const calibration = fitCalibration(
    request.calibration,
    answers,
    valuesOf(labels, split.validation),
  );
  const test = Float32Array.from(predictRows(layers, encoded, split.test));
  calibrate(test, 1, calibration);
  return { calibration, test: Float64Array.from(test) };
}
