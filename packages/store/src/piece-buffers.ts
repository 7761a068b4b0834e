/*
 * Memory for the messages of a COPY, used again when they are sent. Taken anew for each it would be
 * garbage outside of V8's heap by the hundred megabytes a run, which makes V8 collect all the time.
 */

/** One is written while another is filled. */
const MOST_IDLE = 2;
const LEAST_BYTES = 2 ** 20;

const idle: Buffer[] = [];

/** A buffer of its own memory with at least so many bytes, whatever they hold. */
export function takePieceBuffer(bytes: number): Buffer {
  const place = idle.findIndex((buffer) => buffer.length >= bytes);
  if (place >= 0) return idle.splice(place, 1)[0]!;
  return Buffer.allocUnsafeSlow(Math.max(bytes, LEAST_BYTES));
}

/** Takes back the buffer that `piece` is a part of; nobody may hold on to it. */
export function giveBackPieceBuffer(piece: Buffer): void {
  if (idle.length < MOST_IDLE) idle.push(Buffer.from(piece.buffer));
}
