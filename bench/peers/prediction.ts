import { churnRisk, OFFER_IDS, rfmSegmentName } from '@segcast/scoring';
import type { CustomerRow } from './peer.ts';

/** One customer's scores as a row of `peers.predictions`. */
export interface Prediction {
  customer_id: string;
  churn_probability: number;
  churn_risk: 'high' | 'medium' | 'low';
  recommended_offer: string;
  rfm_code: number;
  rfm_segment: string;
  [offer: string]: string | number;
}

const THRESHOLDS = { high: 0.7, medium: 0.4 };

/** Where a peer keeps what it found. */
export const PREDICTIONS_TABLE = `
  DROP TABLE IF EXISTS peers.predictions;
  CREATE TABLE peers.predictions (
    customer_id text PRIMARY KEY,
    churn_probability real NOT NULL,
    churn_risk text NOT NULL,
    ${OFFER_IDS.map((id) => `${id} real NOT NULL`).join(', ')},
    recommended_offer text NOT NULL,
    rfm_code smallint NOT NULL,
    rfm_segment text NOT NULL
  )`;

/** A customer's scores from what the two networks answered. */
export function toPrediction(
  row: CustomerRow,
  probability: number,
  offerScores: ArrayLike<number>,
): Prediction {
  const scores = Array.from(offerScores);
  const best = scores.indexOf(Math.max(...scores));
  const code = rfmCode(row);
  const prediction: Prediction = {
    customer_id: row.customer_id,
    churn_probability: probability,
    churn_risk: churnRisk(probability, THRESHOLDS),
    recommended_offer: OFFER_IDS[best]!,
    rfm_code: code,
    rfm_segment: rfmSegmentName(code),
  };
  scores.forEach((score, index) => (prediction[OFFER_IDS[index]!] = score));
  return prediction;
}

function rfmCode(row: CustomerRow): number {
  const days = Number(row['days_since_last_transaction'] ?? Infinity);
  const r = 5 - [30, 60, 90, 180].filter((bound) => days > bound).length;
  const f = 1 + reached(Number(row['transaction_count'] ?? 0), [2, 5, 10, 20]);
  const m = 1 + reached(Number(row['total_revenue'] ?? 0), [100, 200, 500, 1000]);
  return 100 * r + 10 * f + m;
}

function reached(value: number, bounds: number[]): number {
  return bounds.filter((bound) => value >= bound).length;
}
