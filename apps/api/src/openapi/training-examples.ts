import type { Run } from '@segcast/contracts';
import { QUEUED_RUN } from './examples.ts';
import { MODEL_METRICS } from './model-examples.ts';

/*
 * Runs that train a model, as the API document shows them.
 */

const LINKS = { ...QUEUED_RUN.links, model: '/api/loyalty/v1/ml/models/churn/' };

const QUEUED: Run = { ...QUEUED_RUN };
delete QUEUED.partial;

export const QUEUED_TRAINING: Run = {
  ...QUEUED,
  ...{ segment_id: null, segment_name: null, mode: 'training', warning: null, models: {} },
  links: LINKS,
  model: 'churn',
  options: {
    ...{ method: 'network', horizon_days: 91, max_offers: 8, exclude: [], hidden: [32, 16] },
    ...{ epochs: 60, calibration: 'platt', max_rows: 1_000_000, seed: 1, activate: true },
  },
  stage: null,
  version: null,
  grade: null,
  metrics: null,
  notes: null,
  activated: null,
  not_activated: null,
};

export const TRAINED_RUN: Run = {
  ...QUEUED_TRAINING,
  status: 'succeeded',
  progress: { ...QUEUED.progress, total: 23_570, processed: 23_570, fraction: 1 },
  started_at: '2026-01-05T02:00:00.020Z',
  finished_at: '2026-01-05T02:00:21.480Z',
  duration_ms: 21_460,
  version: 'network-20260105T020000-8f3b7e10',
  grade: MODEL_METRICS.grade,
  metrics: MODEL_METRICS,
  notes: ['country is left out: it is the same for all customers.'],
  activated: true,
  not_activated: null,
};
