import {
  API_PREFIX,
  cacheInvalidationSchema,
  columnSchema,
  featuresSchema,
  invalidateCacheSchema,
} from '@segcast/contracts';
import { describeColumns, rowFeatures } from '@segcast/warehouse';
import { z } from 'zod';
import { findRow } from '../customers/predict-customers.ts';
import { defineRoute } from '../http/route.ts';
import { customerParams } from './parameters.ts';

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
  params: customerParams,
  responses: { 200: { description: 'The features by column.', schema: featuresSchema } },
  errors: ['customer_not_found', 'warehouse_unavailable', 'warehouse_invalid', 'warehouse_timeout'],
  handler: async ({ params }, deps) => ({
    status: 200,
    body: rowFeatures(await findRow(deps, params.customer_id)),
  }),
});

export const invalidateCache = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/dwh/cache/invalidate/`,
  summary: 'Forget the cached features of some customers, or of all',
  tag: 'Warehouse',
  body: invalidateCacheSchema,
  bodyExample: { customer_ids: ['C000001'] },
  anyText: true,
  responses: {
    200: {
      description: 'The next look-up reads the warehouse.',
      schema: cacheInvalidationSchema,
      example: { scope: 'customers', customers: 1 },
    },
  },
  errors: ['cache_unavailable', 'warehouse_unavailable', 'warehouse_invalid', 'warehouse_timeout'],
  handler: async ({ body: { customer_ids: ids } }, { features }) => {
    await features.forget(ids ?? null);
    const scope = ids === undefined ? ('all' as const) : ('customers' as const);
    return { status: 200, body: { scope, customers: ids?.length ?? null } };
  },
});
