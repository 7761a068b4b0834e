import { API_PREFIX, previewRequestSchema, previewSchema } from '@segcast/contracts';
import { toSqlCondition } from '@segcast/rules';
import { countMembers, sampleMembers } from '@segcast/warehouse';
import { defineRoute } from '../http/route.ts';
import { parseRules } from '../segments/parse-rules.ts';

const SAMPLE_SIZE = 20;

export const previewSegment = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/segments/preview/`,
  summary: 'What a rule would match, before it is saved',
  tag: 'Segments',
  // It only looks.
  access: 'read',
  body: previewRequestSchema,
  bodyExample: { rules: { '>': [{ var: 'total_revenue' }, 1000] } },
  responses: {
    200: {
      description: 'How many customers it matches, some of them, and the rule as SQL.',
      schema: previewSchema,
    },
  },
  errors: ['invalid_rule', 'warehouse_unavailable', 'warehouse_timeout'],
  handler: async ({ body }, deps) => {
    const { warehouse } = deps;
    const sql = toSqlCondition(await parseRules(deps, body.rules));
    const [count, total, sample] = await Promise.all([
      countMembers(warehouse, sql),
      countMembers(warehouse, 'true'),
      sampleMembers(warehouse, sql, SAMPLE_SIZE),
    ]);
    const share = total === 0 ? 0 : count / total;
    return { status: 200, body: { count, total, share, sample, sql } };
  },
});
