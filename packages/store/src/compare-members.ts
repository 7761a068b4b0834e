import { COPY_DATA_HEADER, feedCopyIn, sealCopyData } from './copy-in.ts';
import { hasMembersSql, membersSql } from './memberships.ts';
import type { Store } from './open-store.ts';
import type { PredictionsOf } from './predictions.ts';
import { inTransaction } from './transaction.ts';

/** Customers' ids as UTF-8, one after the other; id i ends where id i + 1 begins. */
export interface IdBatch {
  size: number;
  ids: Uint8Array;
  idOffsets: Int32Array;
}

export interface MemberChanges {
  /** Who is a member and was none in the run. */
  added: number;
  /** Who was a member in the run and is none any more. */
  removed: number;
}

/** Bytes before each id: how many fields the row has, and how long the only one is. */
const ROW_HEADER = 6;

/** The members of a run, or of one of its segments: the scored ones and those that failed. */
const MEMBERS_THEN = `
  SELECT u.customer_id
  FROM segcast.prediction_chunks c
  CROSS JOIN LATERAL (SELECT ${membersSql('$2::integer')} OFFSET 0) m (bits)
  CROSS JOIN LATERAL unnest(c.customer_ids) WITH ORDINALITY AS u (customer_id, ordinal)
  WHERE c.run_id = $1 AND ${hasMembersSql('$2::integer')}
    AND (m.bits IS NULL OR get_bit(m.bits, (u.ordinal - 1)::integer) = 1)
  UNION ALL
  SELECT customer_id FROM segcast.prediction_failures
  WHERE run_id = $1 AND ($2::integer IS NULL OR get_bit(memberships, $2) = 1)`;

/**
 * Compares members with those that a run has kept. `fill` hands on the ids of all who are members
 * now; they go to a temporary table as bytes, and PostgreSQL joins the two, so that any number of
 * them takes no memory here. Null when the run's predictions have been deleted; `fill` is not
 * called then.
 */
export function compareMembers(
  store: Store,
  { runId, segmentNumber }: PredictionsOf,
  fill: (add: (batch: IdBatch) => Promise<void>) => Promise<void>,
): Promise<MemberChanges | null> {
  return inTransaction(store, async (client) => {
    // Whoever deletes predictions lets them be while this lock is held.
    await client.query(
      `SELECT pg_advisory_xact_lock_shared(hashtextextended('segcast predictions ' || $1::text, 0))`,
      [runId],
    );
    const kept = await client.query(
      'SELECT FROM segcast.runs WHERE id = $1 AND predictions_deleted_at IS NULL',
      [runId],
    );
    if (kept.rowCount === 0) return null;
    await client.query(`SET LOCAL work_mem = '64MB'`);
    await client.query(
      'CREATE TEMPORARY TABLE members_now (customer_id text COLLATE "C" NOT NULL) ON COMMIT DROP',
    );
    await feedCopyIn(
      client,
      'COPY pg_temp.members_now (customer_id) FROM STDIN (FORMAT binary)',
      (write) => fill((batch) => write(encodeIds(batch))),
    );
    await client.query('ANALYZE pg_temp.members_now');
    const { rows } = await client.query<MemberChanges>(
      `SELECT count(*) FILTER (WHERE b.customer_id IS NULL) AS added,
         count(*) FILTER (WHERE a.customer_id IS NULL) AS removed
       FROM pg_temp.members_now a
       FULL JOIN (${MEMBERS_THEN}) b ON a.customer_id = b.customer_id COLLATE "C"`,
      [runId, segmentNumber],
    );
    return rows[0]!;
  });
}

function encodeIds({ size, ids, idOffsets }: IdBatch): Buffer {
  const bytes = idOffsets[size]! - idOffsets[0]!;
  const message = Buffer.allocUnsafe(COPY_DATA_HEADER + ROW_HEADER * size + bytes);
  let at = COPY_DATA_HEADER;
  for (let i = 0; i < size; i++) {
    const id = ids.subarray(idOffsets[i], idOffsets[i + 1]);
    at = message.writeInt16BE(1, at);
    at = message.writeInt32BE(id.length, at);
    message.set(id, at);
    at += id.length;
  }
  return sealCopyData(message);
}
