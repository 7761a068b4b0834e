import { API_PREFIX } from '@segcast/contracts';
import { eraseCustomer as erase } from '@segcast/store';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';

export const eraseCustomer = defineRoute({
  method: 'delete',
  path: `${API_PREFIX}/customers/{customer_id}/predictions/`,
  summary: 'Erase a customer from the predictions of every run and from every audience, for good',
  tag: 'Customers',
  params: z.object({ customer_id: z.string().min(1).max(1000) }),
  responses: {
    204: {
      description:
        'No answer shows the customer any more, and runs under way will not bring them back; also where there was nothing to erase. Statistics, which name nobody, stay. A run submitted later scores whom it finds in the warehouse: erase the customer there first.',
    },
  },
  handler: async ({ params }, { store, features, log }) => {
    await erase(store, params.customer_id);
    // A copy of the warehouse's row, which ends by itself within the hour.
    await features
      .forget([params.customer_id])
      .catch((error: unknown) => log.warn({ err: error }, 'features of an erased customer kept'));
    return { status: 204 };
  },
});
