import { OFFER_COUNT } from '@segcast/contracts';
import type { MemberBitmaps } from './memberships.ts';
import { TupleWriter } from './tuple-writer.ts';

/** Predictions of a shard in columns: row i of every array is one member. */
export interface PredictionColumns {
  /** The customers' ids as UTF-8, one after the other. */
  ids: Uint8Array;
  /** Member i's id is `ids[idOffsets[i]] … ids[idOffsets[i + 1] - 1]`. */
  idOffsets: Uint32Array;
  /** Churn probabilities, or null where churn was not asked for. */
  churn: Float32Array | null;
  /** `OFFER_COUNT` probabilities per member, and the index of the best. */
  offers: { scores: Float32Array; recommended: Uint8Array } | null;
  /** Codes R·100 + F·10 + M and the values scored, NaN where the warehouse holds null. */
  rfm: {
    code: Int16Array;
    recency: Float32Array;
    frequency: Float32Array;
    monetary: Float64Array;
  } | null;
  /** Of a nightly run: who of the members at `rows`, in that order, belongs to which segment. */
  memberships: ((rows: Uint32Array) => MemberBitmaps) | null;
}

/** Where a chunk belongs. */
export interface ChunkPlace {
  /** The run's id as 16 bytes. */
  run: Buffer;
  shard: number;
  chunk: number;
}

/** In the order in which `encodeChunk` writes them. */
export const CHUNK_COLUMNS = [
  'run_id, shard, chunk, count, lo, hi, min_probability, max_probability',
  'recommended_offers, rfm_codes, customer_ids, churn_probabilities',
  ...Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}`),
  'rfm, recency, frequency, monetary, segments, memberships',
].join(', ');
const COLUMN_COUNT = 18 + OFFER_COUNT;
const HIGHEST_RFM_CODE = 555;

/** Room for all but the members: headers of tuple, fields and arrays, and the RFM codes present. */
const FIXED_BYTES = 4096;
/** Lengths and values of one member in every column, without its id's bytes. */
const MEMBER_BYTES = 4 + 8 + 8 * OFFER_COUNT + 6 + 8 + 8 + 12;

/**
 * One row of `prediction_chunks` as a CopyData message, from the members at `rows`, which are in
 * the order of their ids' bytes. Loops over numbers only: this is half the cost of keeping results.
 */
export function encodeChunk(
  place: ChunkPlace,
  columns: PredictionColumns,
  rows: Uint32Array,
): Buffer {
  const { churn, offers, rfm } = columns;
  const bitmaps = columns.memberships?.(rows) ?? null;
  const out = new TupleWriter(COLUMN_COUNT, rows, roomFor(columns, rows) + roomForBitmaps(bitmaps));
  out.uuid(place.run);
  out.int4(place.shard);
  out.int4(place.chunk);
  out.int4(rows.length);
  out.id(columns.ids, columns.idOffsets, rows[0]!);
  out.id(columns.ids, columns.idOffsets, rows[rows.length - 1]!);
  out.extremes(churn);
  out.present(offers?.recommended ?? null, OFFER_COUNT);
  out.present(rfm?.code ?? null, 1 + HIGHEST_RFM_CODE);
  out.ids(columns.ids, columns.idOffsets);
  out.float4s(churn);
  out.float4Matrix(offers?.scores ?? null, OFFER_COUNT);
  out.int2s(rfm?.code ?? null);
  out.float4s(rfm?.recency ?? null);
  out.float4s(rfm?.frequency ?? null);
  out.float8s(rfm?.monetary ?? null);
  out.int4s(bitmaps?.segments ?? null);
  out.bytes(bitmaps?.bytes ?? null);
  return out.finish();
}

function roomFor({ idOffsets }: PredictionColumns, rows: Uint32Array): number {
  let idBytes = 0;
  for (const row of rows) idBytes += idOffsets[row + 1]! - idOffsets[row]!;
  // The least and the greatest id are written twice.
  return FIXED_BYTES + 3 * idBytes + rows.length * MEMBER_BYTES;
}

function roomForBitmaps(bitmaps: MemberBitmaps | null): number {
  return bitmaps === null ? 0 : 8 * bitmaps.segments.length + bitmaps.bytes.length;
}
