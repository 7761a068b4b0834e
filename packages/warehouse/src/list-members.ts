import { AppError, type Features } from '@segcast/contracts';
import { ID_SQL, ID_TEXT_SQL, isIdText, requireId } from './customer-id.ts';
import { featureColumns, featureList, toFeatures } from './features.ts';
import type { Warehouse } from './warehouse.ts';

export interface ListedMember {
  customer_id: string;
  features: Features;
}

export interface MemberPage {
  /** The last id of the page before, or null for the first. */
  after: string | null;
  limit: number;
}

/**
 * The next members in the order of their ids, which is that of the id's own type and collation.
 * @throws AppError invalid_request when `after` is no id
 */
export async function listMembers(
  warehouse: Warehouse,
  condition: string,
  { after, limit }: MemberPage,
): Promise<ListedMember[]> {
  const relation = await warehouse.relation();
  const id = requireId(relation);
  if (after !== null && !isIdText(after, id)) {
    throw new AppError(
      'invalid_request',
      `"${after}" is not a customer id of the type ${id.sqlType}; use the cursor of the page before.`,
    );
  }
  const columns = featureColumns(relation);
  // The qualified name is the column itself; a bare one would order by the text selected.
  const rows = await warehouse.query(
    `list the members of ${relation.label}`,
    `SELECT ${ID_TEXT_SQL}, ${featureList(columns)} FROM ${relation.sql} AS members
      WHERE (${condition}) AND ${after === null ? `${ID_SQL} IS NOT NULL` : `${ID_SQL} > $2::${id.sqlType}`}
      ORDER BY members.${ID_SQL} LIMIT $1`,
    after === null ? [limit] : [limit, after],
  );
  return rows.map(([customerId, ...features]) => ({
    customer_id: customerId!,
    features: toFeatures(columns, features),
  }));
}
