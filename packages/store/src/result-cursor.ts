import { decodeCursor, encodeCursor } from './cursor.ts';

/** Where the next result of a run stands, counted from 0. */
interface ResultPosition {
  shard: number;
  chunk: number;
  ordinal: number;
}

export function encodeResultCursor({ shard, chunk, ordinal }: ResultPosition): string {
  return encodeCursor([shard, chunk, ordinal]);
}

/** The position of a cursor, or the first one. Throws `invalid_request` for what is no cursor. */
export function decodeResultCursor(cursor: string | undefined): ResultPosition {
  const parts = decodeCursor(cursor, ['int', 'int', 'int']) ?? [0, 0, 0];
  const [shard, chunk, ordinal] = parts.map(Number) as [number, number, number];
  return { shard, chunk, ordinal };
}
