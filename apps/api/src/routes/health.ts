import {
  healthSchema,
  readinessSchema,
  type Readiness,
  type ReadinessCheck,
} from '@segcast/contracts';
import { checkCatalogue } from '@segcast/warehouse';
import { defineRoute } from '../http/route.ts';

/** A check that takes longer has failed: whoever asks wants to know now. */
const CHECK_MS = 3000;

export const health = defineRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process lives',
  tag: 'Service',
  access: 'public',
  responses: { 200: { description: 'It lives.', schema: healthSchema } },
  handler: () => ({ status: 200, body: { status: 'ok' as const } }),
});

export const readiness = defineRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether the database, the queue and the warehouse answer',
  tag: 'Service',
  access: 'public',
  responses: {
    200: { description: 'All of them do.', schema: readinessSchema },
    503: { description: 'One of them does not; `checks` says which.', schema: readinessSchema },
  },
  handler: async (_request, { store, queue, warehouse, requiredColumns }) => {
    const [storeCheck, queueCheck, warehouseCheck] = await Promise.all([
      check(store.ping()),
      check(queue.ping()),
      check(checkCatalogue(warehouse, requiredColumns)),
    ]);
    const checks = { store: storeCheck, queue: queueCheck, warehouse: warehouseCheck };
    const ready = Object.values(checks).every(({ status }) => status === 'up');
    const body: Readiness = { status: ready ? 'ready' : 'unavailable', checks };
    return ready ? { status: 200, body } : { status: 503, body };
  },
});

async function check(work: Promise<unknown>): Promise<ReadinessCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS} ms`)), CHECK_MS);
  });
  try {
    await Promise.race([work, late]);
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
