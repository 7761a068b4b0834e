import {
  allResultSchema,
  churnResultSchema,
  nboResultSchema,
  rfmResultSchema,
} from '@segcast/contracts';
import { expect, test } from 'vitest';
import { churnRisk } from './churn-risk.ts';
import { toPredictionResult, type StoredPrediction } from './to-prediction-result.ts';

const OFFERS = Array.from({ length: 8 }, (_, n) => ({
  offer_id: `offer_${n}`,
  offer_name: `Offer number ${n}`,
  category: 'Any',
}));
const context = { churnThresholds: { high: 0.7, medium: 0.4 }, offers: OFFERS };
const stored: StoredPrediction = {
  customerId: 'C1',
  churnProbability: Math.fround(0.7123),
  offerScores: [0.05, 0.1, 0.3, 0.3, 0.1, 0.05, 0.05, 0.05].map(Math.fround),
  rfm: { code: 545, recency: 12, frequency: null, monetary: 1234.56 },
};

test('churn: the probability with the fewest digits, and its risk', () => {
  const result = churnResultSchema.parse(toPredictionResult('churn', stored, context));
  expect(result).toEqual({ customer_id: 'C1', churn_probability: 0.7123, churn_risk: 'high' });
});

test('next best offer: best first with names, the first among equals recommended', () => {
  const result = nboResultSchema.parse(toPredictionResult('nbo', stored, context));
  expect(result.offer_scores).toEqual({
    offer_0: 0.05,
    offer_1: 0.1,
    offer_2: 0.3,
    offer_3: 0.3,
    offer_4: 0.1,
    offer_5: 0.05,
    offer_6: 0.05,
    offer_7: 0.05,
  });
  expect(result).toMatchObject({ recommended_offer: 'offer_2', confidence: 0.3 });
  expect(result.offers.map((offer) => offer.offer_id)).toEqual(
    [2, 3, 1, 4, 0, 5, 6, 7].map((index) => `offer_${index}`),
  );
  expect(result.offers[0]).toEqual({ ...OFFERS[2], probability: 0.3 });
});

test('RFM: the values, the scores and the segment of the run’s own grid', () => {
  const result = rfmResultSchema.parse(toPredictionResult('rfm', stored, context));
  expect(result).toEqual({
    customer_id: 'C1',
    recency: 12,
    frequency: null,
    monetary: 1234.56,
    r_score: 5,
    f_score: 4,
    m_score: 5,
    rfm_code: '545',
    segment: 'Champions',
  });
});

test('all: the three together', () => {
  const result = allResultSchema.parse(toPredictionResult('all', stored, context));
  expect(result.churn).toEqual(toPredictionResult('churn', stored, context));
  expect(result.nbo).toEqual(toPredictionResult('nbo', stored, context));
  expect(result.rfm).toEqual(toPredictionResult('rfm', stored, context));
});

test('refuses to show scores that the run did not compute', () => {
  const rfmOnly = { ...stored, churnProbability: null };
  expect(() => toPredictionResult('churn', rfmOnly, context)).toThrow(/C1 has no churn scores/);
});

test.each([
  [0.71, 'high'],
  [0.7, 'medium'],
  [0.41, 'medium'],
  [0.4, 'low'],
  [0, 'low'],
])('a probability shown as %s is a %s risk', (probability, risk) => {
  expect(churnRisk(Math.fround(probability), context.churnThresholds)).toBe(risk);
});
