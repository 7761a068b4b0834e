import type {
  ModelComparison,
  ModelDetail,
  ModelMetrics,
  ModelSummary,
  ModelSwitch,
  ModelVersion,
  SegmentDrivers,
} from '@segcast/contracts';

/*
 * Models as the API document shows them.
 */

export const MODEL_METRICS: ModelMetrics = {
  auc: 0.768,
  pr_auc: 0.861,
  log_loss: 0.512,
  brier: 0.171,
  lift_10: 1.41,
  grade: 'Good',
  test_rows: 4714,
  observed_rate: 0.66,
  mean_predicted: 0.657,
  baselines: { logistic_regression: { auc: 0.766 }, recency: { auc: 0.755 } },
};

const TRAINED: ModelVersion = {
  version: 'cdnow-2026-01-05',
  active: true,
  placeholder: false,
  source: 'trained',
  registered_at: '2026-01-05T09:00:00.000Z',
  inputs: ['total_revenue', 'transaction_count', 'days_since_last_transaction'],
  metrics: MODEL_METRICS,
  rfm: null,
};

const SHIPPED: ModelVersion = {
  ...TRAINED,
  version: 'placeholder-1',
  active: false,
  placeholder: true,
  source: 'shipped',
  registered_at: '2026-01-01T09:00:00.000Z',
  metrics: null,
};

export const MODEL_SUMMARY: ModelSummary = {
  name: 'churn',
  active_version: TRAINED.version,
  placeholder: false,
  versions: 2,
  metrics: MODEL_METRICS,
};

export const MODEL: ModelDetail = {
  ...MODEL_SUMMARY,
  versions: [TRAINED, SHIPPED],
  drift: {
    run_id: '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10',
    segment_name: null,
    measured_at: '2026-01-06T02:00:04.000Z',
    members: 19_870,
    inputs: [
      { column: 'days_since_last_transaction', psi: 0.31, state: 'significant' },
      { column: 'total_revenue', psi: 0.02, state: 'stable' },
    ],
  },
  warning: null,
};

export const SEGMENT_DRIVERS: SegmentDrivers = {
  segment_id: 3,
  segment_name: 'VIP',
  run_id: '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10',
  computed_at: '2026-01-05T02:00:01.000Z',
  model_version: TRAINED.version,
  explained_members: 97,
  baseline: 0.44,
  drivers: [
    {
      feature: 'days_since_last_transaction',
      mean_contribution: 0.12,
      mean_absolute_contribution: 0.15,
    },
    { feature: 'total_revenue', mean_contribution: -0.06, mean_absolute_contribution: 0.07 },
  ],
};

export const MODEL_SWITCH: ModelSwitch = {
  name: 'churn',
  previous_version: SHIPPED.version,
  active_version: TRAINED.version,
};

export const MODEL_COMPARISON: ModelComparison = {
  name: 'churn',
  a: SHIPPED,
  b: TRAINED,
  differences: {},
  inputs_only_in_a: [],
  inputs_only_in_b: [],
  objection:
    'churn placeholder-1 is a placeholder that knows nothing of your customers, and cdnow-2026-01-05 has learnt from them.',
};
