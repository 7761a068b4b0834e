import { OFFER_COUNT } from '@segcast/contracts';
import { withoutMember } from './memberships.ts';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { inTransaction } from './transaction.ts';

/** Any constant will do, as long as nothing else in the database takes it. */
const ERASURE_LOCK = 7_268_440_103;

const OFFERS = Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}`);

/** The arrays of `prediction_chunks` with one place for each customer; the other arrays are digests. */
export const CUSTOMER_ARRAYS = [
  'customer_ids',
  'churn_probabilities',
  ...OFFERS,
  'rfm',
  'recency',
  'frequency',
  'monetary',
] as const;

/** The least index among the greatest, as the scorer chooses it. */
const RECOMMENDED = OFFERS.map((offer, n) => `WHEN o.${offer} = o.best THEN ${n}`).join(' ');

/** The chunk at a place of a run, or of all of its shards. */
interface Within {
  runId: string;
  shard: number;
}

/**
 * Erases a customer from every run's predictions and failures and from every audience; the
 * statistics, which name nobody, stay. Runs under way do not bring the customer back: their shards
 * look at `erasures` when they are kept. A run submitted afterwards scores whom it finds in the
 * warehouse.
 */
export function eraseCustomer(store: Store, customerId: string): Promise<void> {
  return inTransaction(store, async (client) => {
    // Whatever adds customers holds a share of it from before it reads `erasures` to its commit.
    await client.query('SELECT pg_advisory_xact_lock($1)', [ERASURE_LOCK]);
    await client.query(
      `INSERT INTO segcast.erasures (customer_id, erased_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (customer_id) DO UPDATE SET erased_at = excluded.erased_at`,
      [customerId],
    );
    await eraseFromChunks(client, customerId, null);
    await client.query('DELETE FROM segcast.prediction_failures WHERE customer_id = $1', [
      customerId,
    ]);
    await eraseFromAudiences(client, customerId);
  });
}

/** Keeps erasures waiting until the caller's transaction ends, and sees all that have been before. */
export async function holdErasures(db: Queryable): Promise<void> {
  await db.query({
    name: 'hold-erasures',
    text: 'SELECT pg_advisory_xact_lock_shared($1)',
    values: [ERASURE_LOCK],
  });
}

/**
 * Takes those customers out of a shard just written who were erased since its run was submitted; in
 * the transaction that writes it.
 */
export async function eraseFromShard(db: Queryable, within: Within): Promise<void> {
  await holdErasures(db);
  const { rows } = await db.query<{ id: string }>({
    name: 'erased-since',
    text: `SELECT e.customer_id AS id FROM segcast.erasures e JOIN segcast.runs r ON r.id = $1
     WHERE e.erased_at >= r.created_at`,
    values: [within.runId],
  });
  for (const { id } of rows) {
    await eraseFromChunks(db, id, within);
    await db.query(
      `DELETE FROM segcast.prediction_failures
       WHERE customer_id = $1 AND run_id = $2 AND shard = $3`,
      [id, within.runId, within.shard],
    );
  }
}

const UNFINISHED = `('queued', 'planning', 'running', 'cancelling')`;

/**
 * Forgets the erasures that no run under way can undo, since their list names people too, and the
 * ids where they bound a shard of a finished run, which needs its bounds no more.
 */
export function forgetErasures(store: Store): Promise<void> {
  return inTransaction(store, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `DELETE FROM segcast.erasures e WHERE NOT EXISTS (
         SELECT FROM segcast.runs
         WHERE status IN ${UNFINISHED} AND created_at <= e.erased_at
       ) RETURNING customer_id AS id`,
    );
    if (rows.length === 0) return;
    const unless = (bound: string) => `CASE WHEN NOT h.${bound} = ANY ($1) THEN h.${bound} END`;
    await client.query(
      `UPDATE segcast.run_shards h SET lo = ${unless('lo')}, hi = ${unless('hi')}
       FROM segcast.runs r
       WHERE r.id = h.run_id AND r.status NOT IN ${UNFINISHED}
         AND (h.lo = ANY ($1) OR h.hi = ANY ($1))`,
      [rows.map(({ id }) => id)],
    );
  });
}

interface FoundChunk {
  runId: string;
  shard: number;
  chunk: number;
  count: number;
  /** 1-based, as PostgreSQL counts. */
  place: number;
  segments: number[] | null;
  memberships: Buffer | null;
}

async function eraseFromChunks(
  db: Queryable,
  customerId: string,
  within: Within | null,
): Promise<void> {
  // Run by run, so that the index of (run_id, lo, hi) leaves few chunks to look into.
  const { rows } = await db.query<FoundChunk>(
    `SELECT r.id AS "runId", c.* FROM segcast.runs r
     CROSS JOIN LATERAL (
       SELECT shard, chunk, count, array_position(customer_ids, $1) AS place, segments, memberships
       FROM segcast.prediction_chunks
       WHERE run_id = r.id AND lo <= $1 AND hi >= $1 AND ($3::integer IS NULL OR shard = $3)
       OFFSET 0
     ) c
     WHERE ($2::uuid IS NULL OR r.id = $2) AND c.place IS NOT NULL`,
    [customerId, within?.runId ?? null, within?.shard ?? null],
  );
  for (const found of rows) await eraseAt(db, found);
}

async function eraseAt(db: Queryable, found: FoundChunk): Promise<void> {
  const key = [found.runId, found.shard, found.chunk];
  if (found.count === 1) {
    await db.query(
      'DELETE FROM segcast.prediction_chunks WHERE run_id = $1 AND shard = $2 AND chunk = $3',
      key,
    );
    return;
  }
  const { segments, memberships } = withoutMember(found, found.place - 1);
  await db.query(ERASE_PLACE, [...key, found.place, segments, memberships]);
}

const without = (array: string): string =>
  `c.${array}[: $4::integer - 1] || c.${array}[$4::integer + 1 :] AS ${array}`;

/** Rewrites a chunk without its $4th customer, and the digests by which it is found. */
const ERASE_PLACE = `
  WITH rest AS MATERIALIZED (
    SELECT ${CUSTOMER_ARRAYS.map(without).join(', ')}
    FROM segcast.prediction_chunks c WHERE run_id = $1 AND shard = $2 AND chunk = $3
  )
  UPDATE segcast.prediction_chunks c SET
    count = c.count - 1,
    lo = (SELECT min(id COLLATE "C") FROM unnest(rest.customer_ids) id),
    hi = (SELECT max(id COLLATE "C") FROM unnest(rest.customer_ids) id),
    min_probability = (SELECT min(p) FROM unnest(rest.churn_probabilities) p),
    max_probability = (SELECT max(p) FROM unnest(rest.churn_probabilities) p),
    recommended_offers = (
      SELECT array_agg(DISTINCT (CASE ${RECOMMENDED} END)::smallint)
      FROM (
        SELECT u.*, greatest(${OFFERS.join(', ')}) AS best
        FROM unnest(${OFFERS.map((offer) => `rest.${offer}`).join(', ')}) AS u (${OFFERS.join(', ')})
      ) o
    ),
    rfm_codes = (SELECT array_agg(DISTINCT code) FROM unnest(rest.rfm) code),
    ${CUSTOMER_ARRAYS.map((array) => `${array} = rest.${array}`).join(', ')},
    segments = $5, memberships = $6
  FROM rest WHERE c.run_id = $1 AND c.shard = $2 AND c.chunk = $3`;

async function eraseFromAudiences(db: Queryable, customerId: string): Promise<void> {
  const { rows } = await db.query<{ control: boolean; audienceId: string }>(
    `UPDATE segcast.audience_chunks c SET
       count = c.count - 1,
       customer_ids = array_remove(c.customer_ids, $1),
       controls = c.controls[: place - 1] || c.controls[place + 1 :]
     FROM (
       SELECT a.id, f.chunk, f.place, f.control FROM segcast.audiences a
       CROSS JOIN LATERAL (
         SELECT chunk, array_position(customer_ids, $1) AS place,
           controls[array_position(customer_ids, $1)] AS control
         FROM segcast.audience_chunks
         WHERE audience_id = a.id AND lo <= $1 AND hi >= $1 OFFSET 0
       ) f WHERE f.place IS NOT NULL
     ) found
     WHERE c.audience_id = found.id AND c.chunk = found.chunk
     RETURNING c.audience_id AS "audienceId", found.control`,
    [customerId],
  );
  for (const { audienceId, control } of rows) {
    await db.query(
      `UPDATE segcast.audience_chunks SET
         lo = customer_ids[1], hi = customer_ids[count]
       WHERE audience_id = $1 AND count > 0 AND (lo = $2 OR hi = $2)`,
      [audienceId, customerId],
    );
    await db.query('DELETE FROM segcast.audience_chunks WHERE audience_id = $1 AND count = 0', [
      audienceId,
    ]);
    await db.query(
      `UPDATE segcast.audiences SET count = count - 1, control_count = control_count - $2
       WHERE id = $1`,
      [audienceId, control ? 1 : 0],
    );
  }
}
