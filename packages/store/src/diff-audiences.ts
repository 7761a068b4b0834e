import type {
  AudienceChange,
  AudienceDiff,
  AudienceMember,
  Page,
  PageQuery,
} from '@segcast/contracts';
import { toPage } from './audience-members.ts';
import { readAudience, type AudienceRecord } from './audiences.ts';
import { decodeCursor } from './cursor.ts';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { inTransaction } from './transaction.ts';

/**
 * How the members of an audience differ from those of another: how many are added, removed and kept
 * on the way from the first to the other, and one page of those of one change. Throws
 * `audience_not_found`.
 */
export async function diffAudiences(
  store: Store,
  audienceId: string,
  otherId: string,
  change: AudienceChange,
  { limit, cursor }: PageQuery,
): Promise<AudienceDiff> {
  const [audience, other] = await Promise.all([
    readAudience(store, audienceId),
    readAudience(store, otherId),
  ]);
  // Counted once, for the first page; the cursor brings it back.
  const [counted = null, after = null] = decodeCursor(cursor, ['int', 'text']) ?? [];
  return inTransaction(store, async (client) => {
    // Ids are looked up in chunks by hash; for few chunks the planner would try every pair.
    await client.query('SET LOCAL enable_nestloop = off');
    const kept = counted === null ? await countKept(client, audience, other) : Number(counted);
    const page = await listChanged(client, audience, other, change, { limit, after }, kept);
    return {
      audience_id: audience.id,
      other_id: other.id,
      added: other.count - kept,
      removed: audience.count - kept,
      kept,
      change,
      ...page,
    };
  });
}

async function countKept(
  db: Queryable,
  { id }: AudienceRecord,
  other: AudienceRecord,
): Promise<number> {
  const ids = (parameter: string) =>
    `(SELECT unnest(customer_ids) AS id FROM segcast.audience_chunks WHERE audience_id = ${parameter})`;
  const { rows } = await db.query<{ kept: number }>(
    `SELECT count(*) AS kept FROM ${ids('$1')} a JOIN ${ids('$2')} b USING (id)`,
    [id, other.id],
  );
  return rows[0]!.kept;
}

async function listChanged(
  db: Queryable,
  audience: AudienceRecord,
  other: AudienceRecord,
  change: AudienceChange,
  { limit, after }: { limit: number; after: string | number | null },
  kept: number,
): Promise<Page<AudienceMember>> {
  const [listed, compared] = change === 'removed' ? [audience, other] : [other, audience];
  // Chunk by chunk of the one, beside the chunks of the other that can hold the same ids.
  const { rows } = await db.query<{ id: string; control: boolean }>(
    `SELECT m.id, m.control
     FROM segcast.audience_chunks c
     CROSS JOIN LATERAL (
       SELECT u.id, u.control, u.number
       FROM unnest(c.customer_ids, c.controls) WITH ORDINALITY u (id, control, number)
       LEFT JOIN (
         SELECT unnest(o.customer_ids) AS id FROM segcast.audience_chunks o
         WHERE o.audience_id = $2 AND o.lo <= c.hi AND o.hi >= c.lo
       ) same ON same.id = u.id
       WHERE (same.id IS NULL) = $3::boolean
     ) m
     WHERE c.audience_id = $1 AND ($4::text IS NULL OR c.hi > $4 AND m.id COLLATE "C" > $4)
     ORDER BY c.chunk, m.number LIMIT $5`,
    [listed.id, compared.id, change !== 'kept', after, limit + 1],
  );
  return toPage(rows, limit, (last) => [kept, last]);
}
