import type { TrainRequest } from '@segcast/contracts';
import { calibrate, type Calibration, type ModelMetrics } from '@segcast/scoring';
import type { Dataset } from './data/read-dataset.ts';
import { churnBaselines } from './evaluate/churn-baselines.ts';
import {
  calibrationCurve,
  churnScores,
  confusionAt,
  type CalibrationBin,
  type Confusion,
} from './evaluate/churn-scores.ts';
import { churnGrade } from './evaluate/grade.ts';
import { valuesOf } from './evaluate/values-of.ts';
import { fitCalibration } from './fit/calibration.ts';
import { fitNetwork, type FitOptions, type FittedNetwork } from './fit/fit-network.ts';
import { predictRows } from './fit/predict-rows.ts';
import { requireEnoughChurn } from './require-enough.ts';

export interface ChurnEvaluation {
  kind: 'churn';
  metrics: ModelMetrics;
  curve: CalibrationBin[];
  confusion: Confusion[];
}

export interface TrainedNetwork<Evaluation> {
  network: FittedNetwork;
  calibration: Calibration;
  evaluation: Evaluation;
}

/** The bounds of medium and high risk where nobody has set others. */
const THRESHOLDS = [0.4, 0.7];

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
  const network = await fit(request.hidden, progress);
  const own = calibrated(network, dataset, request);
  const linear = await fit([], progress.signal ? { signal: progress.signal } : {});
  const other = calibrated(linear, dataset, request);
  const happened = valuesOf(labels, split.test);
  const scores = churnScores(own.test, happened);
  const metrics: ModelMetrics = {
    ...scores,
    grade: churnGrade(scores.auc),
    test_rows: happened.length,
    observed_rate: mean(happened),
    mean_predicted: mean(own.test),
    baselines: {
      logistic_regression: churnScores(other.test, happened),
      ...churnBaselines(dataset),
    },
  };
  const evaluation: ChurnEvaluation = {
    kind: 'churn',
    metrics,
    curve: calibrationCurve(own.test, happened),
    confusion: THRESHOLDS.map((threshold) => confusionAt(threshold, own.test, happened)),
  };
  return { network, calibration: own.calibration, evaluation };
}

/** Weights by which both labels count the same in total, and a row 1 on average. */
function balanced(labels: Float64Array): number[] {
  const share = mean(labels);
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

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
