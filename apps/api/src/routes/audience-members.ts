import {
  API_PREFIX,
  audienceDiffQuerySchema,
  audienceDiffSchema,
  audienceMemberListSchema,
  audienceMemberQuerySchema,
} from '@segcast/contracts';
import { diffAudiences, listAudienceMembers, readAudience } from '@segcast/store';
import { exportAudience } from '../exports/export-audience.ts';
import { CSV, isExport, NDJSON } from '../exports/export-results.ts';
import { defineRoute } from '../http/route.ts';
import { AUDIENCE_DIFF, AUDIENCE_MEMBER } from '../openapi/campaign-examples.ts';
import { audienceParams, diffParams } from './parameters.ts';

const AUDIENCE_PATH = `${API_PREFIX}/audiences/{audience_id}/`;

export const audienceMembers = defineRoute({
  method: 'get',
  path: `${AUDIENCE_PATH}members/`,
  summary: 'The members; `Accept: text/csv` or `application/x-ndjson` streams all',
  tag: 'Audiences',
  params: audienceParams,
  query: audienceMemberQuerySchema,
  headers: {
    Accept:
      '`application/json`: a page. `text/csv` or `application/x-ndjson`: all members, or those of the group, whatever `limit` and `cursor` say.',
    'Accept-Encoding': '`gzip` or `br`: an export is compressed.',
  },
  responses: {
    200: {
      description: 'A page of members by their ids, or all of them.',
      schema: audienceMemberListSchema,
      example: { results: [AUDIENCE_MEMBER], next_cursor: null },
      streams: {
        [CSV]: 'customer_id,group\r\nC000001,target\r\n',
        [NDJSON]: `${JSON.stringify(AUDIENCE_MEMBER)}\n`,
      },
      headers: {
        'Content-Disposition': 'The name of the file, of an export.',
        Vary: '`Accept` and `Accept-Encoding`.',
      },
    },
  },
  errors: ['audience_not_found'],
  handler: async ({ params: { audience_id: id }, query, accepts, signal }, { store }) => {
    const { group, spreadsheet, ...page } = query;
    await readAudience(store, id);
    const type = accepts(['application/json', CSV, NDJSON]);
    if (!isExport(type)) {
      const body = await listAudienceMembers(store, id, group, page);
      return { status: 200, headers: { Vary: 'Accept' }, body };
    }
    const file = `audience-${id}-${group ?? 'members'}.${type === CSV ? 'csv' : 'ndjson'}`;
    const request = { audienceId: id, group, forSpreadsheet: spreadsheet === 'true' };
    return {
      status: 200,
      headers: { Vary: 'Accept', 'Content-Disposition': `attachment; filename="${file}"` },
      stream: { contentType: type, chunks: exportAudience(store, type, request, signal) },
    };
  },
});

export const audienceDiff = defineRoute({
  method: 'get',
  path: `${AUDIENCE_PATH}diff/{other_id}/`,
  summary: 'Who is added, removed and kept on the way from one audience to another',
  tag: 'Audiences',
  params: diffParams,
  query: audienceDiffQuerySchema,
  responses: {
    200: {
      description:
        'How many there are of each, and a page of the members of one change, each with the group it has in the other audience (in this one where it is removed).',
      schema: audienceDiffSchema,
      example: AUDIENCE_DIFF,
    },
  },
  errors: ['audience_not_found'],
  handler: async ({ params, query: { change, ...page } }, { store }) => ({
    status: 200,
    body: await diffAudiences(store, params.audience_id, params.other_id, change, page),
  }),
});
