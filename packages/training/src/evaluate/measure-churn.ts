import type { ModelMetrics } from '@segcast/scoring';
import type { Dataset } from '../data/read-dataset.ts';
import { churnBaselines } from './churn-baselines.ts';
import {
  calibrationCurve,
  churnScores,
  confusionAt,
  type CalibrationBin,
  type Confusion,
} from './churn-scores.ts';
import { churnGrade } from './grade.ts';
import { meanOf, valuesOf } from './values-of.ts';

export interface ChurnEvaluation {
  kind: 'churn';
  metrics: ModelMetrics;
  curve: CalibrationBin[];
  confusion: Confusion[];
}

/** The bounds of medium and high risk where nobody has set others. */
const THRESHOLDS = [0.4, 0.7];

/** All that is said of the probabilities that a model gives the test part. */
export function measureChurn(
  dataset: Dataset,
  probabilities: Float64Array,
  baselines: ModelMetrics['baselines'],
): ChurnEvaluation {
  const happened = valuesOf(dataset.labels, dataset.split.test);
  const scores = churnScores(probabilities, happened);
  return {
    kind: 'churn',
    metrics: {
      ...scores,
      grade: churnGrade(scores.auc),
      test_rows: happened.length,
      observed_rate: meanOf(happened),
      mean_predicted: meanOf(probabilities),
      baselines: { ...baselines, ...churnBaselines(dataset) },
    },
    curve: calibrationCurve(probabilities, happened),
    confusion: THRESHOLDS.map((threshold) => confusionAt(threshold, probabilities, happened)),
  };
}
