import {
  API_PREFIX,
  failureListSchema,
  resultListSchema,
  resultQuerySchema,
} from '@segcast/contracts';
import { listErrors, listResults } from '@segcast/runs';
import {
  CSV,
  exportResults,
  isExport,
  NDJSON,
  type ExportType,
} from '../exports/export-results.ts';
import { defineRoute } from '../http/route.ts';
import { FINISHED_RUN } from '../openapi/examples.ts';
import { runPageQuery, runParams } from './parameters.ts';

const RUN = `${API_PREFIX}/ml/runs/{run_id}/`;

const [EXAMPLE] = FINISHED_RUN.results;

export const runResults = defineRoute({
  method: 'get',
  path: `${RUN}results/`,
  summary: "Each customer's prediction; `Accept: text/csv` or `application/x-ndjson` streams all",
  tag: 'Runs',
  params: runParams,
  query: resultQuerySchema,
  headers: {
    Accept:
      '`application/json`: a page. `text/csv` or `application/x-ndjson`: all results that the filter lets through, whatever `limit` and `cursor` say.',
    'Accept-Encoding': '`gzip` or `br`: an export is compressed.',
  },
  responses: {
    200: {
      description: 'A page of results, or all of them.',
      schema: resultListSchema,
      example: { results: [EXAMPLE], next_cursor: 'WzAsMCwxXQ' },
      streams: {
        [CSV]: 'customer_id,churn_probability,churn_risk\r\nC000001,0.83,high\r\n',
        [NDJSON]: `${JSON.stringify(EXAMPLE)}\n`,
      },
      headers: {
        'Content-Disposition': 'The name of the file, of an export.',
        Vary: '`Accept` and `Accept-Encoding`.',
      },
    },
  },
  errors: [
    'run_not_found',
    'segment_not_found',
    'run_unfinished',
    'predictions_deleted',
    'too_many_exports',
  ],
  handler: async ({ params, query, accepts, signal }, deps) => {
    const { limit, cursor, spreadsheet, segment_id: segmentId, ...filter } = query;
    const runId = params.run_id;
    const type = accepts(['application/json', CSV, NDJSON]);
    if (!isExport(type)) {
      const body = await listResults(deps, runId, { limit, cursor }, segmentId, filter);
      return { status: 200, headers: { Vary: 'Accept' }, body };
    }
    const request = { runId, segmentId, filter, forSpreadsheet: spreadsheet === 'true' };
    return {
      status: 200,
      headers: { Vary: 'Accept', 'Content-Disposition': attachment(runId, type) },
      stream: { contentType: type, chunks: exportResults(deps, type, request, signal) },
    };
  },
});

function attachment(runId: string, type: ExportType): string {
  return `attachment; filename="run-${runId}-results.${type === CSV ? 'csv' : 'ndjson'}"`;
}

export const runErrors = defineRoute({
  method: 'get',
  path: `${RUN}errors/`,
  summary: 'The customers that could not be scored, and why',
  tag: 'Runs',
  params: runParams,
  query: runPageQuery,
  responses: { 200: { description: 'A page of failures.', schema: failureListSchema } },
  errors: ['run_not_found', 'segment_not_found', 'predictions_deleted'],
  handler: async ({ params, query: { segment_id: segmentId, ...page } }, deps) => ({
    status: 200,
    body: await listErrors(deps, params.run_id, page, segmentId),
  }),
});
