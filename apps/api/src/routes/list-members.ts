import { API_PREFIX, memberListSchema } from '@segcast/contracts';
import { toSqlCondition } from '@segcast/rules';
import { readSegment } from '@segcast/store';
import { listMembers as listFromWarehouse } from '@segcast/warehouse';
import { decodeMemberCursor, encodeMemberCursor } from '../segments/member-cursor.ts';
import { defineRoute } from '../http/route.ts';
import { parseRules } from '../segments/parse-rules.ts';
import { pageQuery, segmentParams } from './parameters.ts';

export const listMembers = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/segments/{id}/members/`,
  summary: 'The customers of a segment as the warehouse has them now',
  tag: 'Segments',
  params: segmentParams,
  query: pageQuery,
  responses: { 200: { description: 'A page of members.', schema: memberListSchema } },
  errors: ['segment_not_found', 'invalid_rule', 'warehouse_unavailable', 'warehouse_timeout'],
  handler: async ({ params, query: { limit, cursor } }, deps) => {
    const { rules } = await readSegment(deps.store, params.id);
    const condition = toSqlCondition(await parseRules(deps, rules));
    const after = cursor === undefined ? null : decodeMemberCursor(cursor);
    const found = await listFromWarehouse(deps.warehouse, condition, { after, limit: limit + 1 });
    const results = found.slice(0, limit);
    const last = found.length > limit ? results.at(-1) : undefined;
    const next = last === undefined ? null : encodeMemberCursor(last.customer_id);
    return { status: 200, body: { results, next_cursor: next } };
  },
});
