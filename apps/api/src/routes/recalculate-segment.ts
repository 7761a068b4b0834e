import { API_PREFIX, recalculationSchema } from '@segcast/contracts';
import { recountMembers } from '@segcast/runs';
import { readSegment, recordMemberCount } from '@segcast/store';
import { defineRoute, type Route } from '../http/route.ts';
import { RECALCULATION } from '../openapi/customer-examples.ts';
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
      200: {
        description:
          'The count now and the one before; who came and went since the newest run, where its predictions are kept.',
        schema: recalculationSchema,
        example: RECALCULATION,
      },
    },
    errors: ['segment_not_found', 'invalid_rule', 'warehouse_unavailable', 'warehouse_timeout'],
    handler: async ({ params: { id }, signal }, deps) => {
      const { rules } = await readSegment(deps.store, id);
      const rule = await parseRules(deps, rules);
      const { count, changes } = await recountMembers(deps, id, rule, signal);
      const { previous, recalculatedAt } = await recordMemberCount(deps.store, id, count);
      return {
        status: 200,
        body: {
          member_count: count,
          previous_member_count: previous,
          ...(changes && {
            added: changes.added,
            removed: changes.removed,
            compared_with: changes.runId,
          }),
          recalculated_at: recalculatedAt.toISOString(),
        },
      };
    },
  });
}
