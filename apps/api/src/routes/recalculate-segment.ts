import { API_PREFIX, recalculationSchema } from '@segcast/contracts';
import { toSqlCondition } from '@segcast/rules';
import { readSegment, recordMemberCount } from '@segcast/store';
import { countMembers } from '@segcast/warehouse';
import { defineRoute, type Route } from '../http/route.ts';
import { parseRules } from '../segments/parse-rules.ts';
import { segmentParams } from './parameters.ts';

export const recalculateSegment = recalculationAt('recalculate', 'Count the members of a segment');

/** The name that old clients call it by. */
export const calculateSegment = recalculationAt('calculate', 'The same, by its old name');

function recalculationAt(action: string, summary: string): Route {
  return defineRoute({
    method: 'post',
    path: `${API_PREFIX}/segments/{id}/${action}/`,
    summary,
    tag: 'Segments',
    params: segmentParams,
    responses: {
      200: { description: 'The count now and the one before.', schema: recalculationSchema },
    },
    errors: ['segment_not_found', 'invalid_rule', 'warehouse_unavailable', 'warehouse_timeout'],
    handler: async ({ params: { id } }, deps) => {
      const { rules } = await readSegment(deps.store, id);
      const condition = toSqlCondition(await parseRules(deps, rules));
      const count = await countMembers(deps.warehouse, condition);
      const { previous, recalculatedAt } = await recordMemberCount(deps.store, id, count);
      return {
        status: 200,
        body: {
          member_count: count,
          previous_member_count: previous,
          recalculated_at: recalculatedAt.toISOString(),
        },
      };
    },
  });
}
