import type { CustomerPrediction, CustomersPrediction } from '@segcast/contracts';

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
