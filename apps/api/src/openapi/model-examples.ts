import type {
  ModelComparison,
  ModelDetail,
  ModelMetrics,
  ModelSummary,
  ModelSwitch,
  ModelVersion,
} from '@segcast/contracts';

/*
 * Models as the API document shows them.
 */

const METRICS: ModelMetrics = {
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
  metrics: METRICS,
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
  metrics: METRICS,
};

export const MODEL: ModelDetail = {
  ...MODEL_SUMMARY,
  versions: [TRAINED, SHIPPED],
  warning: null,
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
