import { API_PREFIX, warehouseStatusSchema } from '@segcast/contracts';
import { readStatus } from '@segcast/warehouse';
import { defineRoute } from '../http/route.ts';
import { WAREHOUSE_STATUS } from '../openapi/campaign-examples.ts';

export const dwhStatus = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/dwh/status/`,
  summary: 'How the warehouse stands: what is read, how old it is, and whether a run can read it',
  tag: 'Warehouse',
  responses: {
    200: {
      description: 'The status, also of a warehouse that does not answer; `check` says why.',
      schema: warehouseStatusSchema,
      example: WAREHOUSE_STATUS,
    },
  },
  handler: async (_request, { warehouse, requiredColumns }) => ({
    status: 200,
    body: await readStatus(warehouse, requiredColumns),
  }),
});
