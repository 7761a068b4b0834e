import { OFFER_COUNT } from '@segcast/contracts';
import pg from 'pg';
import { withPredictions } from './clean-predictions.ts';
import { copyOut } from './copy-out.ts';
import { CopyReader } from './copy-reader.ts';
import { hasMembersSql, membersSql } from './memberships.ts';
import type { Store } from './open-store.ts';
import type { PredictionsOf } from './predictions.ts';
import { guardStore } from './store-error.ts';
import type { TextColumn } from './text-column.ts';

/** Where a chunk stands among those of its run. */
export interface ChunkPosition {
  shard: number;
  chunk: number;
}

/** A chunk's predictions in columns: place i of every one is one customer. Null was not asked for. */
export interface StoredChunk extends ChunkPosition {
  /** A bit per customer that belongs to the segment asked for, or null where all do. */
  members: Uint8Array | null;
  customerIds: TextColumn;
  churn: Float32Array | null;
  /** A column per offer. */
  offers: Float32Array[] | null;
  /** Codes R·100 + F·10 + M and the values scored, NaN where the warehouse held null. */
  rfm: {
    code: Int16Array;
    recency: Float32Array;
    frequency: Float32Array;
    monetary: Float64Array;
  } | null;
}

/** What a chunk must be able to hold to be read at all. Its customers still have to be looked at. */
export interface ChunkBounds {
  /** A churn probability of at least so much. */
  atLeast?: number;
  /** A churn probability of at most so much. */
  atMost?: number;
  /** The index of a recommended offer. */
  offer?: number;
  /** One of these RFM codes. */
  rfmCodes?: readonly number[];
  customerId?: string;
}

export interface ChunkQuery {
  of: PredictionsOf;
  bounds: ChunkBounds;
  /** The first chunk to be looked at. */
  from: ChunkPosition;
}

const OFFERS = Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}`);

/** Chunks read by one statement: half a megabyte, and some milliseconds. */
const AT_ONCE = 2;

/**
 * The chunks of a run that may hold what is looked for, by shard and number, read a few at a time
 * as they are asked for; none of them is deleted meanwhile. Ends soon after the signal is aborted.
 * Throws `predictions_deleted`.
 */
export function readChunks(
  store: Store,
  query: ChunkQuery,
  signal?: AbortSignal,
): AsyncGenerator<StoredChunk, void> {
  return withPredictions(store, query.of.runId, async function* (client) {
    let { from } = query;
    while (signal?.aborted !== true) {
      const chunks = await readSome(client, toCopy({ ...query, from }));
      yield* chunks;
      const last = chunks.at(-1);
      if (last === undefined || chunks.length < AT_ONCE) return;
      from = { shard: last.shard, chunk: last.chunk + 1 };
    }
  });
}

/** Binary, since pg would parse every number from text: that takes ten times as long. */
function toCopy({ of: { runId, segmentNumber }, bounds, from }: ChunkQuery): string {
  const segment = segmentNumber === null ? 'NULL::integer' : String(segmentNumber);
  const conditions = [
    `run_id = ${pg.escapeLiteral(runId)}`,
    `(shard, chunk) >= (${from.shard}, ${from.chunk})`,
    hasMembersSql(segment),
    ...boundConditions(bounds),
  ];
  return `COPY (
    SELECT shard, chunk, ${membersSql(segment)}, customer_ids, churn_probabilities, ${OFFERS.join(', ')}, rfm, recency,
      frequency, monetary
    FROM segcast.prediction_chunks c WHERE ${conditions.join(' AND ')}
    ORDER BY shard, chunk LIMIT ${AT_ONCE}
  ) TO STDOUT (FORMAT binary)`;
}

function boundConditions({ atLeast, atMost, offer, rfmCodes, customerId }: ChunkBounds): string[] {
  const id = customerId === undefined ? '' : pg.escapeLiteral(customerId);
  return [
    atLeast === undefined ? [] : `max_probability >= ${atLeast}::float8`,
    atMost === undefined ? [] : `min_probability <= ${atMost}::float8`,
    offer === undefined ? [] : `${offer} = ANY (recommended_offers)`,
    rfmCodes === undefined ? [] : `rfm_codes && '{${rfmCodes.join(',')}}'::smallint[]`,
    customerId === undefined ? [] : `lo <= ${id} AND hi >= ${id}`,
  ].flat();
}

async function readSome(client: pg.PoolClient, text: string): Promise<StoredChunk[]> {
  const chunks: StoredChunk[] = [];
  const onRow = (data: Buffer): void => {
    const reader = new CopyReader(data);
    if (reader.hasRow()) chunks.push(decodeChunk(reader));
  };
  await guardStore(() => copyOut(client, text, onRow));
  return chunks;
}

/** Reads the columns in the order in which `toCopy` names them. */
function decodeChunk(reader: CopyReader): StoredChunk {
  const place = { shard: reader.int4(), chunk: reader.int4() };
  const members = reader.bytes();
  const customerIds = reader.texts();
  const churn = reader.float4s();
  const offers = OFFERS.map(() => reader.float4s());
  const code = reader.int2s();
  const recency = reader.float4s();
  const frequency = reader.float4s();
  const monetary = reader.float8s();
  return {
    ...place,
    members,
    customerIds,
    churn,
    offers: offers.every((column) => column !== null) ? offers : null,
    rfm: code && recency && frequency && monetary && { code, recency, frequency, monetary },
  };
}
