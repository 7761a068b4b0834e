import { AppError, type customerSegmentsSchema } from '@segcast/contracts';
import { parseRule, toSqlCondition, type RuleColumns } from '@segcast/rules';
import { listActiveSegments, type SegmentRecord } from '@segcast/store';
import { evaluateConditions, readColumns } from '@segcast/warehouse';
import type { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';

type CustomerSegments = z.infer<typeof customerSegmentsSchema>;

interface Judged {
  segment: SegmentRecord;
  condition: string;
}

/**
 * The active segments that a customer is a member of. A rule whose column has gone from the
 * warehouse keeps nobody from seeing the others. Throws `customer_not_found`.
 */
export async function findSegments(
  { store, warehouse }: ApiDeps,
  customerId: string,
): Promise<CustomerSegments> {
  const [segments, columns] = await Promise.all([
    listActiveSegments(store),
    readColumns(warehouse),
  ]);
  const unreadable: CustomerSegments['unreadable'] = [];
  const judged: Judged[] = [];
  for (const segment of segments) {
    const condition = conditionOf(segment, columns);
    if (typeof condition === 'string') judged.push({ segment, condition });
    else unreadable.push({ ...named(segment), error: condition.message });
  }
  const conditions = judged.map(({ condition }) => condition);
  const holds = await evaluateConditions(warehouse, customerId, conditions);
  if (holds === null) {
    throw new AppError('customer_not_found', `The warehouse has no customer "${customerId}".`);
  }
  const results = judged
    .filter((_, i) => holds[i])
    .map(({ segment }) => ({ ...named(segment), description: segment.description }));
  return { customer_id: customerId, results, unreadable };
}

function conditionOf({ rules }: SegmentRecord, columns: RuleColumns): string | AppError {
  try {
    return toSqlCondition(parseRule(rules, columns));
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_rule') return error;
    throw error;
  }
}

function named({ id, name }: SegmentRecord): { segment_id: number; segment_name: string } {
  return { segment_id: id, segment_name: name };
}
