import {
  isFinished,
  API_PREFIX,
  runListSchema,
  runQuerySchema,
  runSchema,
} from '@segcast/contracts';
import { cancelRun as cancel, listRuns, readRun } from '@segcast/runs';
import { isKnown } from '../http/etag.ts';
import { defineRoute } from '../http/route.ts';
import { FINISHED_RUN } from '../openapi/examples.ts';
import { tagOf, versionOf, versionOfText } from '../runs/run-version.ts';
import { POLL_AFTER } from '../runs/wait-for-run.ts';
import { runParams, runQuery } from './parameters.ts';

const RUN = `${API_PREFIX}/ml/runs/{run_id}/`;

export const runList = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/ml/runs/`,
  summary: 'Runs, newest first',
  tag: 'Runs',
  query: runQuerySchema,
  responses: {
    200: { description: 'A page of runs without their results.', schema: runListSchema },
  },
  handler: async ({ query: { segment_id: segmentId, status, type, ...page } }, deps) => ({
    status: 200,
    body: await listRuns(deps, { segmentId, status, type }, page),
  }),
});

export const run = defineRoute({
  method: 'get',
  path: RUN,
  summary: 'How a run stands: progress, stats, the first results',
  tag: 'Runs',
  params: runParams,
  query: runQuery,
  headers: { 'If-None-Match': 'The ETag of the answer that the client has.' },
  responses: {
    200: {
      description: 'The run. Until it is finished its stats are those of the shards done so far.',
      schema: runSchema,
      example: FINISHED_RUN,
      headers: {
        ETag: 'Of all that is shown but the speed; for `If-None-Match`.',
        'Retry-After': 'Seconds after which to poll again, until it is finished.',
      },
    },
    304: { description: 'It stands as the client knows it.' },
  },
  errors: ['run_not_found', 'segment_not_found'],
  handler: async ({ params, query, header }, deps) => {
    const body = await readRun(deps, params.run_id, query.segment_id);
    // A hundred results take long to write down: once is enough, to name them and to send them.
    const text = JSON.stringify(body);
    const tag = tagOf(isFinished(body) ? versionOfText(text) : versionOf(body));
    // Kept by whoever asked, and never shown without asking whether it is still so.
    const kept = { ETag: tag, 'Cache-Control': 'private, no-cache' };
    const headers = isFinished(body) ? kept : { ...kept, ...POLL_AFTER };
    return isKnown(header('if-none-match'), tag)
      ? { status: 304, headers }
      : { status: 200, headers, json: Buffer.from(text) };
  },
});

export const cancelRun = defineRoute({
  method: 'post',
  path: `${RUN}cancel/`,
  summary: 'Cancel a run',
  tag: 'Runs',
  params: runParams,
  responses: {
    202: {
      description: 'The run, `cancelling` until no worker holds a part of it.',
      schema: runSchema,
    },
  },
  errors: ['run_not_found', 'run_finished'],
  handler: async ({ params }, deps) => ({
    status: 202,
    body: await cancel(deps, params.run_id),
  }),
});
