import { AppError, type TrainRequest } from '@segcast/contracts';
import {
  BGNBD_COLUMNS,
  lifetimeOf,
  probabilityOfNone,
  purchaseHistory,
  type BgnbdParameters,
  type Calibration,
  type PurchaseHistory,
} from '@segcast/scoring';
import type { TrainingSource } from '@segcast/warehouse';
import { fitBgnbd } from './bgnbd/fit-bgnbd.ts';
import type { Dataset } from './data/read-dataset.ts';
import { untested, type Rows } from './data/split.ts';
import { measureChurn, type ChurnEvaluation } from './evaluate/measure-churn.ts';
import { meanOf, valuesOf } from './evaluate/values-of.ts';
import { calibratedAnswers, fitCalibration } from './fit/calibration.ts';
import { requireEnoughChurn } from './require-enough.ts';

/** Weeks, as published parameters have them. */
const DAYS_PER_UNIT = 7;

export interface TrainedBgnbd {
  parameters: BgnbdParameters;
  calibration: Calibration;
  evaluation: ChurnEvaluation;
  /** Purchases to expect of a customer of the test part within the horizon, on average. */
  expectedPurchases: number;
}

/** What a BG/NBD model reads, whatever else there is. */
export function bgnbdRequest(request: TrainRequest): TrainRequest {
  if (request.label !== undefined) {
    throw new AppError(
      'training_refused',
      'A BG/NBD model is fitted to purchases and knows no label. Leave --label out, or train a network.',
    );
  }
  return { ...request, inputs: [...BGNBD_COLUMNS], exclude: [] };
}

/**
 * Fits BG/NBD to every customer's purchases up to the cut, calibrates the probability of no purchase
 * within the horizon on what customers did in it, and measures it on others. The fit sees no label,
 * so a customer may be in it and in the test part, as the authors have it.
 */
export function trainBgnbd(
  dataset: Dataset,
  source: TrainingSource,
  request: TrainRequest,
): TrainedBgnbd {
  if (source.kind === 'table') throw new TypeError('BG/NBD is fitted to transactions.');
  const { labels, split } = dataset;
  requireEnoughChurn(labels);
  const everybody = Uint32Array.from(labels.keys());
  const parameters: BgnbdParameters = {
    ...fitBgnbd(historiesOf(dataset, everybody)),
    days_per_unit: DAYS_PER_UNIT,
    horizon_days: source.horizonDays,
  };
  const churnOf = (histories: readonly PurchaseHistory[]) =>
    Float64Array.from(histories, (history) => probabilityOfNone(parameters, history));
  const others = untested(split);
  const calibration = fitCalibration(
    request.calibration,
    churnOf(historiesOf(dataset, others)),
    valuesOf(labels, others),
  );
  const tested = historiesOf(dataset, split.test);
  const churn = calibratedAnswers(churnOf(tested), 1, calibration);
  return {
    parameters,
    calibration,
    evaluation: measureChurn(dataset, Float64Array.from(churn), {}),
    expectedPurchases: meanOf(
      Float64Array.from(tested, (each) => lifetimeOf(parameters, each).expected_purchases),
    ),
  };
}

function historiesOf(dataset: Dataset, rows: Rows): PurchaseHistory[] {
  const [days, sinceLast, age] = BGNBD_COLUMNS.map((name) => dataset.rawColumn(name)!);
  return Array.from(rows, (row) =>
    purchaseHistory(days![row]!, sinceLast![row]!, age![row]!, DAYS_PER_UNIT),
  );
}
