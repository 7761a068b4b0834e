import type { TrainRequest } from '@segcast/contracts';
import type { Calibration } from '@segcast/scoring';
import type { Dataset } from './data/read-dataset.ts';
import { churnScores } from './evaluate/churn-scores.ts';
import { measureChurn, type ChurnEvaluation } from './evaluate/measure-churn.ts';
import { meanOf, valuesOf } from './evaluate/values-of.ts';
import { calibratedAnswers, fitCalibration } from './fit/calibration.ts';
import { fitBetter, type SampledNetwork } from './fit/fit-better.ts';
import type { FitOptions, FittedNetwork } from './fit/fit-network.ts';
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
  const { network, linear, notes } = await fitBetter(
    {
      ...{ name: 'churn', seed: request.seed, labels, split, maxEpochs: request.epochs },
      hidden: request.hidden,
      rows: dataset.encoded,
      output: { units: 1, activation: 'sigmoid' },
      classWeights:
        request.class_weights === 'none' ? [1, 1] : balanced(valuesOf(labels, split.train)),
      signal: progress.signal,
    },
    progress.onEpoch,
  );
  const own = calibrated(network, dataset, request);
  const other = calibrated(linear, dataset, request);
  const happened = valuesOf(labels, split.test);
  const evaluation = measureChurn(dataset, own.test, {
    logistic_regression: churnScores(other.test, happened),
  });
  return { network: network.fitted, calibration: own.calibration, evaluation, notes };
}

/** Weights by which both labels count the same in total, and a row 1 on average. */
function balanced(labels: Float64Array): number[] {
  const share = meanOf(labels);
  return [0.5 / (1 - share), 0.5 / share];
}

function calibrated(
  { fitted, sample }: SampledNetwork,
  { encoded, labels, split }: Dataset,
  request: TrainRequest,
): { calibration: Calibration; test: Float64Array } {
  const happened = valuesOf(labels, sample.rows);
  const calibration = fitCalibration(request.calibration, sample.answers, happened);
  const test = calibratedAnswers(predictRows(fitted.layers, encoded, split.test), 1, calibration);
  return { calibration, test: Float64Array.from(test) };
}
