/** Codes of the messages that matter to a COPY (PostgreSQL's protocol 3, "Message Formats"). */
export const COPY_DATA = 0x64;
export const COPY_DONE = 0x63;
export const READY_FOR_QUERY = 0x5a;

/** Code and length, the length counting itself but not the code. */
export const HEADER_BYTES = 5;
/** PostgreSQL's own limit is 1 GB; more means that the stream is out of step. */
const MAX_MESSAGE_BYTES = 2 ** 30 + HEADER_BYTES;

/** Bytes of the message that begins at `at`, of which at least the header must be there. */
export function messageBytes(bytes: Buffer, at: number): number {
  const length = 1 + bytes.readInt32BE(at + 1);
  if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) {
    throw new Error('the server sent a message that is not of its protocol');
  }
  return length;
}

/** Puts together a message that arrives in pieces. */
export class PartialMessage {
  #bytes = Buffer.alloc(HEADER_BYTES);
  #filled = 0;

  get empty(): boolean {
    return this.#filled === 0;
  }

  /** Takes what the message still lacks from `chunk` and answers where in it the next one begins. */
  take(chunk: Buffer, start: number): number {
    let at = this.#fill(chunk, start, HEADER_BYTES);
    if (this.#filled < HEADER_BYTES) return at;
    const total = messageBytes(this.#bytes, 0);
    if (this.#bytes.length < total) this.#bytes = Buffer.concat([this.#bytes], total);
    at = this.#fill(chunk, at, total);
    return at;
  }

  /** The message, once all of it is there; then this is empty again. */
  complete(): Buffer | null {
    if (this.#filled < HEADER_BYTES || this.#filled < messageBytes(this.#bytes, 0)) return null;
    const message = this.#bytes;
    this.#bytes = Buffer.alloc(HEADER_BYTES);
    this.#filled = 0;
    return message;
  }

  #fill(chunk: Buffer, start: number, upTo: number): number {
    const end = Math.min(chunk.length, start + Math.max(0, upTo - this.#filled));
    chunk.copy(this.#bytes, this.#filled, start, end);
    this.#filled += end - start;
    return end;
  }
}
