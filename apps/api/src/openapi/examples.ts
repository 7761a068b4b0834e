import type { Run, Segment, SegmentStats } from '@segcast/contracts';

/*
 * Answers as the API document shows them. Their types keep them true to the schemas.
 */

const RUN_ID = '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10';
const HASH = '3f2b8c1d5e7a90412c6d8e0fa1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6';
const WARNING =
  'The model churn (placeholder-1) is a placeholder, made from dummy patterns and not learnt from your customers: do not act on these scores.';

const STATS: SegmentStats['stats'] = {
  churn: {
    high: 120,
    medium: 380,
    low: 500,
    count: 1000,
    avg_probability: 0.41,
    high_percentage: 12,
    medium_percentage: 38,
    low_percentage: 50,
    histogram: Array.from({ length: 100 }, () => 10),
  },
  nbo: {
    top_offers: [
      ['offer_3', 640],
      ['offer_1', 360],
    ],
    distribution: { offer_1: 360, offer_3: 640 },
    avg_confidence: 0.58,
    count: 1000,
  },
  rfm: {
    distribution: { 'At Risk': 300, Champions: 700 },
    top_segments: [
      ['Champions', 700],
      ['At Risk', 300],
    ],
    avg_r: 4.1,
    avg_f: 3.9,
    avg_m: 4.4,
    count: 1000,
  },
};

export const FINISHED_RUN: Run = {
  run_id: RUN_ID,
  segment_id: 3,
  segment_name: 'VIP',
  type: 'churn',
  mode: 'segment',
  status: 'succeeded',
  progress: {
    total: 1000,
    processed: 1000,
    fraction: 1,
    customers_per_second: 310_000,
    eta_seconds: null,
  },
  total_customers: 1000,
  processed: 1000,
  successful: 1000,
  failed: 0,
  imputed: 2,
  warning: WARNING,
  aggregated_stats: { churn: STATS.churn },
  models: { churn: { version: 'placeholder-1', placeholder: true } },
  churn_thresholds: { high: 0.7, medium: 0.4 },
  rule_hash: HASH,
  created_at: '2026-01-05T02:00:00.000Z',
  started_at: '2026-01-05T02:00:00.020Z',
  finished_at: '2026-01-05T02:00:00.180Z',
  duration_ms: 160,
  error: null,
  links: { self: `/api/loyalty/v1/ml/runs/${RUN_ID}/` },
  results: [
    {
      customer_id: 'C000001',
      result: { customer_id: 'C000001', churn_probability: 0.83, churn_risk: 'high' },
    },
  ],
  errors: [],
  has_more_results: true,
};

export const QUEUED_RUN: Run = {
  ...FINISHED_RUN,
  status: 'queued',
  progress: {
    total: 0,
    processed: 0,
    fraction: 0,
    customers_per_second: null,
    eta_seconds: null,
  },
  total_customers: 0,
  processed: 0,
  successful: 0,
  imputed: 0,
  aggregated_stats: {},
  partial: true,
  started_at: null,
  finished_at: null,
  duration_ms: null,
  results: [],
  has_more_results: false,
};

export const SEGMENT: Segment = {
  id: 3,
  name: 'VIP',
  description: 'Big spenders who come often',
  rules: {
    and: [{ '>': [{ var: 'total_revenue' }, 4000] }, { '>=': [{ var: 'transaction_count' }, 20] }],
  },
  is_active: true,
  churn_thresholds: null,
  member_count: 1000,
  recalculated_at: '2026-01-05T02:00:00.180Z',
  latest_run: null,
  created_at: '2026-01-01T09:00:00.000Z',
  updated_at: '2026-01-01T09:00:00.000Z',
};

export const SEGMENT_STATS: SegmentStats = {
  segment_id: 3,
  segment_name: 'VIP',
  member_count: 1000,
  sampled_count: 1000,
  stats: STATS,
  run_id: RUN_ID,
  run_ids: { churn: RUN_ID, nbo: RUN_ID, rfm: RUN_ID },
  computed_at: '2026-01-05T02:00:00.180Z',
  stale: false,
  warning: WARNING,
};
