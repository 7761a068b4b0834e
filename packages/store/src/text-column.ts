/**
 * Texts of a stored array, made when they are asked for: thousands of strings at once outlive V8's
 * young generation, and exports of a million of them took a hundred megabytes of the old one.
 */
export class TextColumn {
  readonly length: number;
  readonly #bytes: Buffer;
  /** Text i is in the bytes from `starts[i]` on and ends `GAP` bytes before the next. */
  readonly #starts: Uint32Array;

  constructor(bytes: Buffer, starts: Uint32Array) {
    this.length = starts.length - 1;
    this.#bytes = bytes;
    this.#starts = starts;
  }

  at(place: number): string {
    return this.#bytes.toString('utf8', this.#starts[place], this.#starts[place + 1]! - GAP);
  }
}

/** PostgreSQL's length before each element. */
export const GAP = 4;
