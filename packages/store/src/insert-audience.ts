import type pg from 'pg';
import { AUDIENCE_COLUMNS, type AudienceRecord } from './audiences.ts';
import { holdErasures } from './erase-customer.ts';
import type { Store } from './open-store.ts';
import { inTransaction } from './transaction.ts';

export type NewAudience = Omit<AudienceRecord, 'count' | 'controlCount' | 'createdAt'>;

/** Customers in a chunk, as of predictions. */
const CHUNK_SIZE = 4096;

/**
 * Keeps an audience with its members, all or nothing. They come in portions and any order; none of
 * them is held here for longer than its portion. Whatever `members` throws undoes it.
 */
export function insertAudience(
  store: Store,
  audience: NewAudience,
  members: AsyncIterable<readonly string[]>,
): Promise<AudienceRecord> {
  return inTransaction(store, async (client) => {
    // From before the first member is read: nobody erased meanwhile can slip in.
    await holdErasures(client);
    const { id, name, runId, segmentId, segmentName, filter, controlShare } = audience;
    await client.query(
      `INSERT INTO segcast.audiences
         (id, name, run_id, segment_id, segment_name, filter, control_share)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, name, runId, segmentId, segmentName, JSON.stringify(filter), controlShare],
    );
    await stage(client, id, members);
    return settle(client, id, controlShare);
  });
}

/** Members as they come wait under negative numbers. */
async function stage(
  client: pg.PoolClient,
  id: string,
  members: AsyncIterable<readonly string[]>,
): Promise<void> {
  let chunk = 0;
  for await (const customerIds of members) {
    await client.query(
      `INSERT INTO segcast.audience_chunks
         (audience_id, chunk, count, lo, hi, customer_ids, controls)
       VALUES ($1, $2, $3, '', '', $4::text[], '{}')`,
      [id, --chunk, customerIds.length, customerIds],
    );
  }
}

/** The first 32 bits of the hash, as the contract documents it. */
const DRAW = `('x' || encode(substr(sha256(convert_to($1::text || ':' || id, 'UTF8')), 1, 4), 'hex'))
  ::bit(32)::bigint`;

/** Brings the members into the order of their ids, so that chunks do not overlap, and draws groups. */
async function settle(
  client: pg.PoolClient,
  id: string,
  controlShare: number,
): Promise<AudienceRecord> {
  await client.query(
    `INSERT INTO segcast.audience_chunks
       (audience_id, chunk, count, lo, hi, customer_ids, controls)
     SELECT $1::uuid, n / ${CHUNK_SIZE}, count(*), min(id), max(id), array_agg(id ORDER BY n),
       array_agg(control ORDER BY n)
     FROM (
       SELECT id, row_number() OVER (ORDER BY id) - 1 AS n,
         ${DRAW} < $2::float8 * 4294967296 AS control
       FROM (
         SELECT unnest(customer_ids) COLLATE "C" AS id FROM segcast.audience_chunks
         WHERE audience_id = $1::uuid AND chunk < 0
       ) staged
     ) numbered
     GROUP BY n / ${CHUNK_SIZE}`,
    [id, controlShare],
  );
  await client.query('DELETE FROM segcast.audience_chunks WHERE audience_id = $1 AND chunk < 0', [
    id,
  ]);
  const { rows } = await client.query<AudienceRecord>(
    `UPDATE segcast.audiences a SET count = sums.members, control_count = sums.controls
     FROM (
       SELECT coalesce(sum(c.count), 0) AS members,
         coalesce(sum(cardinality(array_positions(c.controls, true))), 0) AS controls
       FROM segcast.audience_chunks c WHERE c.audience_id = $1
     ) sums
     WHERE a.id = $1 RETURNING ${AUDIENCE_COLUMNS}`,
    [id],
  );
  return rows[0]!;
}
