import type {
  CustomerPrediction,
  CustomersPrediction,
  customerSegmentsSchema,
  recalculationSchema,
  storedPredictionListSchema,
} from '@segcast/contracts';
import type { z } from 'zod';

const MODELS = { churn: { version: 'churn-2026-01', placeholder: false } };
const RESULT = { customer_id: 'C000001', churn_probability: 0.83, churn_risk: 'high' } as const;

export const CUSTOMER_PREDICTION: CustomerPrediction = {
  customer_id: 'C000001',
  type: 'churn',
  mode: 'single',
  result: RESULT,
  models: MODELS,
  warning: null,
};

export const CUSTOMERS_PREDICTION: CustomersPrediction = {
  type: 'churn',
  mode: 'batch',
  total: 2,
  successful: 1,
  failed: 1,
  results: [{ customer_id: 'C000001', result: RESULT }],
  errors: [
    {
      customer_id: 'C000002',
      code: 'customer_not_found',
      error: 'The warehouse has no customer "C000002".',
    },
  ],
  models: MODELS,
  warning: null,
};

const RUN_ID = '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10';
const SEGMENT = { segment_id: 3, segment_name: 'VIP' };

export const CUSTOMER_SEGMENTS: z.infer<typeof customerSegmentsSchema> = {
  customer_id: 'C000001',
  results: [{ ...SEGMENT, description: 'Big spenders who come often' }],
  unreadable: [],
};

export const STORED_PREDICTIONS: z.infer<typeof storedPredictionListSchema> = {
  results: [
    {
      run_id: RUN_ID,
      type: 'churn',
      mode: 'segment',
      computed_at: '2026-01-05T02:00:00.180Z',
      segments: [SEGMENT],
      models: MODELS,
      result: RESULT,
    },
  ],
  next_cursor: null,
};

export const RECALCULATION: z.infer<typeof recalculationSchema> = {
  member_count: 1012,
  previous_member_count: 1000,
  added: 31,
  removed: 19,
  compared_with: RUN_ID,
  recalculated_at: '2026-01-05T09:30:00.000Z',
};
