import { withAdmin } from './admin-session.ts';
import { findRelation } from './ownership.ts';
import { quoted, resolveRelation } from './relation-name.ts';

/**
 * Whether there is nothing to score and nothing to lose: the relation does not exist, or loading
 * created it and it has no rows.
 *
 * @throws AppError `warehouse_unavailable` when the server does not answer.
 */
export async function warehouseIsEmpty(adminUrl: string, relation: string): Promise<boolean> {
  return await withAdmin(adminUrl, async (client) => {
    const name = await resolveRelation(client, relation);
    const existing = await findRelation(client, name);
    if (existing === null) return true;
    if (!existing.ours) return false;
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    return rowCount === 0;
  });
}
