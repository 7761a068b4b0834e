import { AppError, type TrainRequest } from '@segcast/contracts';
import {
  BGNBD_COLUMNS,
  probabilityAlive,
  purchaseHistory,
  type BgnbdParameters,
  type PurchaseHistory,
} from '@segcast/scoring';
import type { TrainingSource } from '@segcast/warehouse';
import { expectedPurchases } from './bgnbd/expected-purchases.ts';
import { fitBgnbd } from './bgnbd/fit-bgnbd.ts';
import type { Dataset } from './data/read-dataset.ts';
import type { Rows } from './data/split.ts';
import { measureChurn, type ChurnEvaluation } from './evaluate/measure-churn.ts';
import { requireEnoughChurn } from './require-enough.ts';

/** Weeks, as published parameters have them. */
const DAYS_PER_UNIT = 7;

export interface TrainedBgnbd {
  parameters: BgnbdParameters;
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
 * Fits BG/NBD to every customer's purchases up to the cut, and measures 1 − P(alive) on what the test
 * part did after it. The fit sees no label, so a customer may be in both, as the authors have it.
 */
export function trainBgnbd(dataset: Dataset, source: TrainingSource): TrainedBgnbd {
  const { labels, split } = dataset;
  requireEnoughChurn(labels);
  const everybody = Uint32Array.from(labels.keys());
  const { parameters } = fitBgnbd(historiesOf(dataset, everybody), DAYS_PER_UNIT);
  const tested = historiesOf(dataset, split.test);
  const gone = Float64Array.from(tested, (history) => 1 - probabilityAlive(parameters, history));
  const units = source.kind === 'table' ? 0 : source.horizonDays / DAYS_PER_UNIT;
  const expected = Float64Array.from(tested, (h) => expectedPurchases(parameters, h, units));
  return {
    parameters,
    evaluation: measureChurn(dataset, gone, {}),
    expectedPurchases: expected.reduce((sum, value) => sum + value, 0) / expected.length,
  };
}

function historiesOf(dataset: Dataset, rows: Rows): PurchaseHistory[] {
  const [days, sinceLast, age] = BGNBD_COLUMNS.map((name) => dataset.rawColumn(name)!);
  return Array.from(rows, (row) =>
    purchaseHistory(days![row]!, sinceLast![row]!, age![row]!, DAYS_PER_UNIT),
  );
}
