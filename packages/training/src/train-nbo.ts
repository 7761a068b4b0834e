import { AppError, type TrainRequest } from '@segcast/contracts';
import type { ModelMetrics } from '@segcast/scoring';
import { offerCounts, type TrainingSource, type Warehouse } from '@segcast/warehouse';
import type { Dataset } from './data/read-dataset.ts';
import { offerGrade, offerSkill } from './evaluate/grade.ts';
import { offerBaselines } from './evaluate/offer-baselines.ts';
import { offerScores } from './evaluate/offer-scores.ts';
import { valuesOf } from './evaluate/values-of.ts';
import { calibratedAnswers, fitTemperature } from './fit/calibration.ts';
import { fitBetter, type SampledNetwork } from './fit/fit-better.ts';
import type { FitOptions } from './fit/fit-network.ts';
import { predictRows } from './fit/predict-rows.ts';
import { LEAST_OF_OFFER, requireRows } from './require-enough.ts';
import type { TrainedNetwork } from './train-churn.ts';

export interface OfferEvaluation {
  kind: 'nbo';
  metrics: ModelMetrics;
  offers: { offer_id: string; category: string; customers: number; share: number }[];
}

/**
 * The offers to learn: the most frequent ones, in code point order.
 *
 * @throws AppError `training_refused` when fewer than two have customers enough.
 */
export async function chooseOffers(
  warehouse: Warehouse,
  source: TrainingSource,
  { max_offers }: TrainRequest,
): Promise<{ offers: string[]; notes: string[] }> {
  const all = await offerCounts(warehouse, source);
  const frequent = all
    .filter(({ customers }) => customers >= LEAST_OF_OFFER)
    .sort((a, b) => b.customers - a.customers)
    .slice(0, max_offers);
  if (frequent.length < 2) {
    const most = all.reduce((count, { customers }) => Math.max(count, customers), 0);
    throw new AppError(
      'training_refused',
      `At least two offers must each have been taken by ${LEAST_OF_OFFER} customers; of ${all.length} offers ${frequent.length} was, the most frequent by ${most}. Map products to fewer offers, or choose a longer horizon.`,
    );
  }
  const kept = new Set(frequent.map(({ offer }) => offer));
  const left = all.filter(({ offer }) => !kept.has(offer));
  const customers = left.reduce((sum, each) => sum + each.customers, 0);
  return {
    offers: all.map(({ offer }) => offer).filter((offer) => kept.has(offer)),
    notes:
      left.length === 0
        ? []
        : [`${left.length} less frequent offers, taken by ${customers} customers, are left out.`],
  };
}

/** Fits, calibrates and measures a network for offers on data that was read. */
export async function trainOffers(
  dataset: Dataset,
  offers: readonly string[],
  request: TrainRequest,
  progress: Pick<FitOptions, 'onEpoch' | 'signal'> = {},
): Promise<TrainedNetwork<OfferEvaluation>> {
  const { labels, split } = dataset;
  requireRows(labels.length);
  const width = offers.length;
  const { network, linear, notes } = await fitBetter(
    {
      ...{ name: 'nbo', seed: request.seed, labels, split, maxEpochs: request.epochs },
      hidden: request.hidden,
      rows: dataset.encoded,
      output: { units: width, activation: 'softmax' },
      classWeights: classWeights(valuesOf(labels, split.train), width, request),
      signal: progress.signal,
    },
    progress.onEpoch,
  );
  const own = calibrated(network, dataset, width);
  const taken = valuesOf(labels, split.test);
  const scores = offerScores(own.test, width, taken);
  const baselines = {
    logistic_regression: offerScores(calibrated(linear, dataset, width).test, width, taken),
    ...offerBaselines(dataset, width),
  };
  const metrics: ModelMetrics = {
    ...scores,
    grade: offerGrade(offerSkill(scores.top_1, baselines.majority?.top_1 ?? 0)),
    test_rows: taken.length,
    baselines,
  };
  const evaluation: OfferEvaluation = {
    kind: 'nbo',
    metrics,
    offers: offers.map((category, index) => {
      const customers = labels.filter((label) => label === index).length;
      return { offer_id: `offer_${index}`, category, customers, share: customers / labels.length };
    }),
  };
  return { network: network.fitted, calibration: own.calibration, evaluation, notes };
}

/** By default none: they would recommend rare offers more often than they are taken. */
function classWeights(labels: Float64Array, width: number, request: TrainRequest): number[] {
  const even = Array.from({ length: width }, () => 1);
  if (request.class_weights !== 'balanced') return even;
  return even.map((_, offer) => {
    const count = labels.filter((label) => label === offer).length;
    return labels.length / width / Math.max(1, count);
  });
}

function calibrated(
  { fitted, sample }: SampledNetwork,
  { encoded, labels, split }: Dataset,
  width: number,
) {
  const calibration = fitTemperature(sample.answers, width, valuesOf(labels, sample.rows));
  const answers = predictRows(fitted.layers, encoded, split.test);
  return { calibration, test: calibratedAnswers(answers, width, calibration) };
}
