import { API_PREFIX, customerSegmentsSchema, storedPredictionListSchema } from '@segcast/contracts';
import { listCustomerPredictions } from '@segcast/runs';
import { findSegments } from '../customers/find-segments.ts';
import { defineRoute } from '../http/route.ts';
import { CUSTOMER_SEGMENTS, STORED_PREDICTIONS } from '../openapi/customer-examples.ts';
import { customerParams, pageQuery } from './parameters.ts';

export const customerSegments = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/customers/{customer_id}/segments/`,
  summary: 'The active segments that a customer is a member of now',
  tag: 'Customers',
  params: customerParams,
  responses: {
    200: {
      description: 'Judged by the warehouse on the row as it is now, all rules in one statement.',
      schema: customerSegmentsSchema,
      example: CUSTOMER_SEGMENTS,
    },
  },
  errors: ['customer_not_found', 'warehouse_unavailable', 'warehouse_invalid', 'warehouse_timeout'],
  handler: async ({ params }, deps) => ({
    status: 200,
    body: await findSegments(deps, params.customer_id),
  }),
});

export const customerPredictions = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/customers/{customer_id}/predictions/`,
  summary: 'What runs have kept of a customer, newest first',
  tag: 'Customers',
  params: customerParams,
  query: pageQuery,
  responses: {
    200: {
      description: 'A page of stored predictions; empty for a customer of whom none are kept.',
      schema: storedPredictionListSchema,
      example: STORED_PREDICTIONS,
    },
  },
  handler: async ({ params, query }, deps) => ({
    status: 200,
    body: await listCustomerPredictions(deps, params.customer_id, query),
  }),
});
