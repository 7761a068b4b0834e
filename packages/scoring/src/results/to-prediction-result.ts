import type {
  ChurnResult,
  ChurnThresholds,
  NboResult,
  PredictionResult,
  PredictionType,
  RfmResult,
} from '@segcast/contracts';
import { rfmScores, rfmSegmentName } from '../rfm/rfm-code.ts';
import type { RfmSegments } from '../rfm/rfm-segments.ts';
import { churnRisk } from './churn-risk.ts';
import type { Offer } from './offer.ts';
import { shortestFloat32 } from './shortest-float32.ts';

/** One customer's prediction as it is stored; what the run did not compute is null. */
export interface StoredPrediction {
  customerId: string;
  churnProbability: number | null;
  /** In the order of the offers. */
  offerScores: readonly number[] | null;
  rfm: StoredRfm | null;
}

export interface StoredRfm {
  /** R·100 + F·10 + M. */
  code: number;
  recency: number | null;
  frequency: number | null;
  monetary: number | null;
}

export interface PredictionContext {
  churnThresholds: ChurnThresholds;
  /** By default the usual grid. */
  rfmSegments?: RfmSegments;
  /** In the order of the model's outputs; results without offers need none. */
  offers: readonly Offer[];
}

/**
 * The `result` of one customer for a run of the given type. Numbers stored as float32 come with
 * the fewest digits that tell them from their neighbours.
 */
export function toPredictionResult(
  type: PredictionType,
  stored: StoredPrediction,
  context: PredictionContext,
): PredictionResult {
  switch (type) {
    case 'churn':
      return toChurnResult(stored, context);
    case 'nbo':
      return toNboResult(stored, context);
    case 'rfm':
      return toRfmResult(stored, context);
    case 'all':
      return {
        customer_id: stored.customerId,
        churn: toChurnResult(stored, context),
        nbo: toNboResult(stored, context),
        rfm: toRfmResult(stored, context),
      };
  }
}

function toChurnResult(stored: StoredPrediction, context: PredictionContext): ChurnResult {
  const probability = Math.fround(present(stored, stored.churnProbability, 'churn'));
  return {
    customer_id: stored.customerId,
    churn_probability: shortestFloat32(probability),
    churn_risk: churnRisk(probability, context.churnThresholds),
  };
}

function toNboResult(stored: StoredPrediction, context: PredictionContext): NboResult {
  const scores = present(stored, stored.offerScores, 'nbo').map(shortestFloat32);
  const offers = context.offers.map((offer, index) => ({
    offer_id: offer.offer_id,
    offer_name: offer.offer_name,
    category: offer.category,
    probability: scores[index]!,
  }));
  const offerScores = Object.fromEntries(offers.map((o) => [o.offer_id, o.probability]));
  // A stable sort: among equals the first offer is the one that was recommended.
  offers.sort((a, b) => b.probability - a.probability);
  return {
    customer_id: stored.customerId,
    offer_scores: offerScores,
    recommended_offer: offers[0]!.offer_id,
    confidence: offers[0]!.probability,
    offers,
  };
}

function toRfmResult(stored: StoredPrediction, context: PredictionContext): RfmResult {
  const rfm = present(stored, stored.rfm, 'rfm');
  const { r, f, m } = rfmScores(rfm.code);
  return {
    customer_id: stored.customerId,
    recency: rfm.recency === null ? null : shortestFloat32(rfm.recency),
    frequency: rfm.frequency === null ? null : shortestFloat32(rfm.frequency),
    monetary: rfm.monetary,
    r_score: r,
    f_score: f,
    m_score: m,
    rfm_code: String(rfm.code),
    segment: rfmSegmentName(rfm.code, context.rfmSegments),
  };
}

function present<T>(stored: StoredPrediction, value: T | null, predictor: string): T {
  if (value !== null) return value;
  throw new TypeError(`The prediction of ${stored.customerId} has no ${predictor} scores.`);
}
