import { API_PREFIX, isFinished, predictRequestSchema, runSchema } from '@segcast/contracts';
import { presentRun, submitRun } from '@segcast/runs';
import { defineRoute } from '../http/route.ts';
import { FINISHED_RUN, QUEUED_RUN } from '../openapi/examples.ts';
import { idempotencyOf } from '../runs/idempotency-key.ts';
import { requireCallable } from '../runs/require-callable.ts';
import { preferredWait } from '../runs/preferred-wait.ts';
import { POLL_AFTER, waitForRun } from '../runs/wait-for-run.ts';
import { segmentParams } from './parameters.ts';

export const predictSegment = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/segments/{id}/ml/predict/`,
  summary: 'Score every member of a segment: submit, then poll the run',
  tag: 'Runs',
  params: segmentParams,
  headers: {
    Prefer: '`wait=N`: wait up to N seconds, at most 60, for the run to finish.',
    'Idempotency-Key':
      'A fresh text for each request that is meant anew: repeated within 24 hours with the same body, it answers the same run.',
  },
  body: predictRequestSchema,
  bodyExample: { type: 'all' },
  responses: {
    200: {
      description: 'The finished run, within the time that `Prefer: wait=N` gave it.',
      schema: runSchema,
      example: FINISHED_RUN,
      headers: {
        'Content-Location': 'The path of the run.',
        'Preference-Applied': 'The wait that was granted.',
      },
    },
    202: {
      description: 'The run, to be polled. An equal run under way is answered as `deduplicated`.',
      schema: runSchema,
      example: QUEUED_RUN,
      headers: {
        Location: 'The path of the run.',
        'Retry-After': 'Seconds after which polling is worth while.',
        'Preference-Applied': 'The wait that was granted, if one was asked for.',
      },
    },
  },
  errors: [
    'segment_not_found',
    'segment_inactive',
    'queue_full',
    'model_unexplainable',
    'idempotency_in_flight',
    'idempotency_key_reused',
  ],
  handler: async ({ params, body, header, client, signal }, deps) => {
    if (body.callback_url !== undefined) {
      requireCallable(body.callback_url, '/callback_url', deps.webhooks);
    }
    const submitted = await submitRun(deps, {
      segmentId: params.id,
      type: body.type,
      explain: body.explain,
      callbackUrl: body.callback_url,
      idempotency: idempotencyOf(header('idempotency-key'), client),
    });
    const wait = preferredWait(header('prefer'));
    const run = wait === null ? submitted.run : await settle(submitted.run.run_id, wait);
    const answered = submitted.deduplicated ? { ...run, deduplicated: true as const } : run;
    const applied = wait === null ? undefined : { 'Preference-Applied': `wait=${wait}` };
    const { self = '' } = run.links;
    return isFinished(run)
      ? { status: 200, headers: { ...applied, 'Content-Location': self }, body: answered }
      : { status: 202, headers: { ...applied, Location: self, ...POLL_AFTER }, body: answered };

    async function settle(runId: string, seconds: number) {
      return presentRun(deps, await waitForRun(deps, runId, seconds, signal));
    }
  },
});
