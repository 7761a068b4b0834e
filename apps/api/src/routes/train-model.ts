import { API_PREFIX, runSchema, trainModelRequestSchema } from '@segcast/contracts';
import { submitTraining } from '@segcast/runs';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { QUEUED_TRAINING, TRAINED_RUN } from '../openapi/training-examples.ts';
import { answerSubmitted, PREFER, SUBMITTED_HEADERS } from '../runs/answer-submitted.ts';

const trainParams = z.object({
  name: z.string().max(64).meta({ description: '`churn` or `nbo`.' }),
});

export const trainModel = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/ml/models/{name}/train/`,
  summary: 'Learn a new version of a model from the warehouse: submit, then poll the run',
  tag: 'Models',
  access: 'admin',
  params: trainParams,
  headers: { Prefer: PREFER },
  body: trainModelRequestSchema,
  bodyExample: { horizon_days: 91, activate: true },
  responses: {
    200: {
      description: 'The finished run, within the time that `Prefer: wait=N` gave it.',
      schema: runSchema,
      example: TRAINED_RUN,
      headers: SUBMITTED_HEADERS[200],
    },
    202: {
      description:
        'The run, to be polled. An equal training under way, of the same model with the same options, is answered as `deduplicated`. Too little to learn from fails the run with `training_refused`.',
      schema: runSchema,
      example: QUEUED_TRAINING,
      headers: SUBMITTED_HEADERS[202],
    },
  },
  errors: ['model_not_found', 'queue_full'],
  handler: async ({ params, body, header, signal }, deps) =>
    answerSubmitted(deps, await submitTraining(deps, params.name, body), {
      prefer: header('prefer'),
      signal,
    }),
});
