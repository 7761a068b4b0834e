import { OFFER_COUNT, type Page, type PageQuery } from '@segcast/contracts';
import { hasMembersSql, membersSql, placesOf } from './memberships.ts';
import { decodeResultCursor, encodeResultCursor } from './result-cursor.ts';
import type { Store } from './open-store.ts';

/** One customer's stored scores. What the run did not ask for is null. */
export interface PredictionRecord {
  customerId: string;
  churnProbability: number | null;
  /** By index of the offer. */
  offerScores: number[] | null;
  /** `code` is R·100 + F·10 + M; the values are null where the warehouse holds null. */
  rfm: {
    code: number;
    recency: number | null;
    frequency: number | null;
    monetary: number | null;
  } | null;
}

/** One customer of a chunk, its arrays unnested. */
export interface PredictionRow extends Record<`offer_${number}`, number | null> {
  customer_id: string;
  churn_probability: number | null;
  rfm_code: number | null;
  recency: number | null;
  frequency: number | null;
  monetary: number | null;
}

/** `length` customers of a chunk from the 1-based `first` on, or only those of one segment. */
interface Slice {
  shard: number;
  chunk: number;
  first: number;
  length: number;
}

/** Whose predictions are read: those of a segment by its number within the run, or all. */
export interface PredictionsOf {
  runId: string;
  segmentNumber: number | null;
}

interface ChunkMembers {
  shard: number;
  chunk: number;
  count: number;
  /** A bit per customer that is a member, or null where all are. */
  bits: Buffer | null;
}

const OFFERS = Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}` as const);

/**
 * One page of a run's predictions, by shard and then by id. Only the chunks that the page touches
 * are read, and only its members leave the database.
 */
export async function listPredictions(
  store: Store,
  of: PredictionsOf,
  { limit, cursor }: PageQuery,
): Promise<Page<PredictionRecord>> {
  const { slices, next } = await slicesOf(store, of, limit, cursor);
  return { results: await readSlices(store, of, slices), next_cursor: next };
}

async function slicesOf(
  store: Store,
  { runId, segmentNumber }: PredictionsOf,
  limit: number,
  cursor: string | undefined,
): Promise<{ slices: Slice[]; next: string | null }> {
  const { shard: fromShard, chunk: fromChunk, ordinal: fromOrdinal } = decodeResultCursor(cursor);
  // No chunk is empty, so `limit` chunks suffice, and one more to know whether there is a next page.
  const chunks = await store.rows<ChunkMembers>(
    `SELECT shard, chunk, count, ${membersSql('$5::integer')} AS bits
     FROM segcast.prediction_chunks c
     WHERE run_id = $1 AND (shard, chunk) >= ($2, $3) AND ${hasMembersSql('$5::integer')}
     ORDER BY shard, chunk LIMIT $4`,
    [runId, fromShard, fromChunk, limit + 2, segmentNumber],
  );
  const slices: Slice[] = [];
  let missing = limit;
  for (const each of chunks) {
    const { shard, chunk } = each;
    const skipped = shard === fromShard && chunk === fromChunk ? fromOrdinal : 0;
    const { first, end, taken, next } = windowOf(each, skipped, missing);
    if (taken > 0) slices.push({ shard, chunk, first: first + 1, length: end - first });
    missing -= taken;
    if (next !== null) {
      return { slices, next: encodeResultCursor({ shard, chunk, ordinal: next }) };
    }
  }
  return { slices, next: null };
}

/**
 * The part of a chunk from `from` on that has the next `limit` members or all there are, and where
 * the member after them is, if there is one.
 */
function windowOf({ count, bits }: ChunkMembers, from: number, limit: number) {
  if (bits === null) {
    const end = Math.min(count, from + limit);
    return { first: from, end, taken: Math.max(end - from, 0), next: end < count ? end : null };
  }
  const places = placesOf(bits, from, limit + 1);
  const taken = Math.min(places.length, limit);
  const end = taken === 0 ? 0 : places[taken - 1]! + 1;
  return { first: places[0] ?? 0, end, taken, next: places[limit] ?? null };
}

async function readSlices(
  store: Store,
  { runId, segmentNumber }: PredictionsOf,
  slices: readonly Slice[],
): Promise<PredictionRecord[]> {
  if (slices.length === 0) return [];
  const part = (column: string) => `c.${column}[w.first : w.first + w.length - 1]`;
  const rows = await store.rows<PredictionRow>(
    `SELECT p.*
     FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[])
       WITH ORDINALITY AS w (shard, chunk, first, length, number)
     JOIN segcast.prediction_chunks c
       ON c.run_id = $1 AND c.shard = w.shard AND c.chunk = w.chunk
     CROSS JOIN LATERAL (SELECT ${membersSql('$6::integer')} OFFSET 0) m (bits)
     CROSS JOIN LATERAL unnest(
       ${part('customer_ids')}, ${part('churn_probabilities')}, ${OFFERS.map(part).join(', ')},
       ${part('rfm')}, ${part('recency')}, ${part('frequency')}, ${part('monetary')}
     ) WITH ORDINALITY AS p (customer_id, churn_probability, ${OFFERS.join(', ')}, rfm_code,
       recency, frequency, monetary, number)
     WHERE m.bits IS NULL OR get_bit(m.bits, (w.first + p.number - 2)::integer) = 1
     ORDER BY w.number, p.number`,
    [
      runId,
      slices.map(({ shard }) => shard),
      slices.map(({ chunk }) => chunk),
      slices.map(({ first }) => first),
      slices.map(({ length }) => length),
      segmentNumber,
    ],
  );
  return rows.map(toPredictionRecord);
}

export function toPredictionRecord(row: PredictionRow): PredictionRecord {
  const { customer_id, rfm_code, monetary } = row;
  return {
    customerId: customer_id,
    churnProbability: float32(row.churn_probability),
    offerScores:
      row.offer_0 === null ? null : OFFERS.map((offer) => Math.fround(Number(row[offer]))),
    rfm:
      rfm_code === null
        ? null
        : {
            code: rfm_code,
            recency: float32(row.recency),
            frequency: float32(row.frequency),
            monetary,
          },
  };
}

/** A `real` arrives as its shortest text: rounding to float32 gives back the very number stored. */
function float32(value: number | null): number | null {
  return value === null ? null : Math.fround(value);
}

/** One customer's prediction of a run, or null. The ids' bounds leave few chunks to look into. */
export async function findPrediction(
  store: Store,
  of: PredictionsOf,
  customerId: string,
): Promise<PredictionRecord | null> {
  const slices = await store.rows<Omit<Slice, 'first'> & { first: number | null }>(
    `SELECT shard, chunk, array_position(customer_ids, $2) AS first, 1 AS length
     FROM segcast.prediction_chunks WHERE run_id = $1 AND lo <= $2 AND hi >= $2`,
    [of.runId, customerId],
  );
  const found = slices.flatMap(({ first, ...at }) => (first === null ? [] : [{ ...at, first }]));
  return (await readSlices(store, of, found))[0] ?? null;
}
