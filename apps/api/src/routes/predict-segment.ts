import { API_PREFIX, predictRequestSchema, runSchema } from '@segcast/contracts';
import { submitRun } from '@segcast/runs';
import { defineRoute } from '../http/route.ts';
import { FINISHED_RUN, QUEUED_RUN } from '../openapi/examples.ts';
import { answerSubmitted, PREFER, SUBMITTED_HEADERS } from '../runs/answer-submitted.ts';
import { idempotencyOf } from '../runs/idempotency-key.ts';
import { requireCallable } from '../runs/require-callable.ts';
import { segmentParams } from './parameters.ts';

export const predictSegment = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/segments/{id}/ml/predict/`,
  summary: 'Score every member of a segment: submit, then poll the run',
  tag: 'Runs',
  params: segmentParams,
  headers: {
    Prefer: PREFER,
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
      headers: SUBMITTED_HEADERS[200],
    },
    202: {
      description: 'The run, to be polled. An equal run under way is answered as `deduplicated`.',
      schema: runSchema,
      example: QUEUED_RUN,
      headers: SUBMITTED_HEADERS[202],
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
    return answerSubmitted(deps, submitted, { prefer: header('prefer'), signal });
  },
});
