import type { MemberBatch } from './member-batch.ts';

/*
 * The memory of batches, used again by the next stream. Taken anew for each it would be garbage
 * outside of V8's heap, which makes V8 collect.
 */

/** As many as streams go on at once. */
const MOST_IDLE = 2;
/** Ids that needed more than that were unusual. */
const MOST_ID_BYTES = 2 ** 20;

const idle: MemberBatch[] = [];

/** An empty batch of so many columns with room for `size` members. */
export function takeBatch(columns: number, size: number): MemberBatch {
  const place = idle.findIndex(
    (batch) => batch.columns.length === columns && batch.idOffsets.length === size + 1,
  );
  if (place >= 0) return idle.splice(place, 1)[0]!;
  return {
    size: 0,
    columns: Array.from({ length: columns }, () => new Float64Array(size)),
    nulls: Array.from({ length: columns }, () => new Uint8Array(size)),
    ids: new Uint8Array(size * 16),
    idOffsets: new Int32Array(size + 1),
  };
}

/** Takes a batch back, empty; nobody may hold on to it. */
export function giveBackBatch(batch: MemberBatch): void {
  if (batch.ids.length > MOST_ID_BYTES) return;
  idle.push(batch);
  if (idle.length > MOST_IDLE) idle.shift();
}
