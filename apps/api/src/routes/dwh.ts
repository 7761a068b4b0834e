import { API_PREFIX, columnSchema, AppError, featuresSchema } from '@segcast/contracts';
import { describeColumns, findCustomer } from '@segcast/warehouse';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';

export const listColumns = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/dwh/columns/`,
  summary: 'The columns that rules may use, with what values they hold',
  tag: 'Warehouse',
  responses: { 200: { description: 'Every column.', schema: z.array(columnSchema) } },
  errors: ['warehouse_unavailable', 'warehouse_invalid', 'warehouse_timeout'],
  handler: async (_request, { warehouse }) => ({
    status: 200,
    body: await describeColumns(warehouse),
  }),
});

export const readFeatures = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/dwh/features/{customer_id}/`,
  summary: "One customer's features",
  tag: 'Warehouse',
  params: z.object({ customer_id: z.string().min(1).max(1000) }),
  responses: { 200: { description: 'The features by column.', schema: featuresSchema } },
  errors: ['customer_not_found', 'warehouse_unavailable', 'warehouse_timeout'],
  handler: async ({ params: { customer_id: id } }, { warehouse }) => {
    const features = await findCustomer(warehouse, id);
    if (features === null) {
      throw new AppError('customer_not_found', `The warehouse has no customer "${id}".`);
    }
    return { status: 200, body: features };
  },
});
