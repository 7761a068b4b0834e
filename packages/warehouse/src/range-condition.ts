import { ID_SQL } from './customer-id.ts';
import type { KeyRange } from './member-batch.ts';
import type { RelationColumn } from './relation.ts';
import { sqlLiteral } from './sql-literal.ts';

/**
 * A key range as SQL, compared in the id's own type and collation. The range without a lower bound
 * also takes null ids, so that a read of all ranges meets and refuses them.
 */
export function rangeCondition({ lo, hi }: KeyRange, id: RelationColumn): string {
  const literal = (text: string) => `${sqlLiteral(text)}::${id.sqlType}`;
  if (lo === null && hi === null) return 'true';
  if (lo === null) return `(${ID_SQL} < ${literal(hi!)} OR ${ID_SQL} IS NULL)`;
  const above = `${ID_SQL} >= ${literal(lo)}`;
  return hi === null ? above : `${above} AND ${ID_SQL} < ${literal(hi)}`;
}
