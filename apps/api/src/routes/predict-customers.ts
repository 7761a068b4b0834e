import {
  API_PREFIX,
  customerPredictionSchema,
  customersPredictionSchema,
  MAX_CUSTOMERS,
  predictCustomerSchema,
  predictCustomersSchema,
  testPredictionSchema,
  type ErrorCode,
} from '@segcast/contracts';
import { z } from 'zod';
import { predictCustomer, predictCustomers } from '../customers/predict-customers.ts';
import { defineRoute } from '../http/route.ts';
import { CUSTOMER_PREDICTION, CUSTOMERS_PREDICTION } from '../openapi/customer-examples.ts';
import { customerParams } from './parameters.ts';

const SCORING_ERRORS = [
  'scoring_unavailable',
  'invalid_model',
  'warehouse_unavailable',
  'warehouse_invalid',
  'warehouse_timeout',
] as const satisfies ErrorCode[];

export const predictOneCustomer = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/customers/{customer_id}/ml/predict/`,
  summary: 'Score one customer, at once',
  tag: 'Customers',
  access: 'read',
  params: customerParams,
  body: predictCustomerSchema,
  bodyExample: { type: 'churn' },
  responses: {
    200: {
      description:
        'The scores a run of now would give; features are looked up at most once in an hour.',
      schema: customerPredictionSchema,
      example: CUSTOMER_PREDICTION,
    },
  },
  errors: ['customer_not_found', 'customer_not_scorable', 'model_unexplainable', ...SCORING_ERRORS],
  handler: async ({ params, body }, deps) => ({
    status: 200,
    body: await predictCustomer(deps, params.customer_id, body.type, body.explain),
  }),
});

export const predictManyCustomers = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/customers/ml/predict/`,
  summary: `Score up to ${MAX_CUSTOMERS.toLocaleString('en')} customers, at once`,
  tag: 'Customers',
  access: 'read',
  body: predictCustomersSchema,
  bodyExample: { customer_ids: ['C000001', 'C000002'], type: 'churn' },
  anyText: true,
  responses: {
    200: {
      description:
        'The scores of each customer, in the order asked; one asked for twice counts once. What cannot be scored is in `errors` and spoils nothing else.',
      schema: customersPredictionSchema,
      example: CUSTOMERS_PREDICTION,
    },
  },
  errors: SCORING_ERRORS,
  handler: async ({ body }, deps) => ({
    status: 200,
    json: await predictCustomers(deps, body.customer_ids, body.type),
  }),
});

/** The name and form under which old clients ask for both. */
export const testPrediction = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/config/ml/test/`,
  summary: 'Score one customer or several, as old clients ask',
  tag: 'Customers',
  access: 'read',
  body: testPredictionSchema,
  bodyExample: { customer_id: 'C000001', type: 'churn' },
  anyText: true,
  responses: {
    200: {
      description: 'As the two routes under /customers/ answer.',
      schema: z.union([customerPredictionSchema, customersPredictionSchema]),
      example: CUSTOMER_PREDICTION,
    },
  },
  errors: ['customer_not_found', 'customer_not_scorable', ...SCORING_ERRORS],
  handler: async ({ body: { customer_id: id, customer_ids: ids = [], type } }, deps) =>
    id === undefined
      ? { status: 200, json: await predictCustomers(deps, ids, type) }
      : { status: 200, body: await predictCustomer(deps, id, type) },
});
