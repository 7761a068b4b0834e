import type { PeerSummary } from './peer-summary.ts';
import type { Prediction } from './prediction.ts';

/** Adds up predictions as they come. */
export function createSummary(): { add: (prediction: Prediction) => void; end: () => PeerSummary } {
  const summary: PeerSummary = {
    count: 0,
    churn: { high: 0, medium: 0, low: 0 },
    meanProbability: 0,
    offers: {},
    rfm: {},
  };
  let probabilities = 0;
  return {
    add: ({ churn_probability, churn_risk, recommended_offer, rfm_segment }) => {
      summary.count++;
      summary.churn[churn_risk]++;
      probabilities += churn_probability;
      summary.offers[recommended_offer] = (summary.offers[recommended_offer] ?? 0) + 1;
      summary.rfm[rfm_segment] = (summary.rfm[rfm_segment] ?? 0) + 1;
    },
    end: () => ({ ...summary, meanProbability: probabilities / Math.max(1, summary.count) }),
  };
}
