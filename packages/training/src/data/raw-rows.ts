import type { MemberBatch } from '@segcast/warehouse';
import { customerKey } from './customer-key.ts';

/** Rows of numbers in columns, by ascending `customerKey`. A null is NaN. */
export interface RawRows {
  size: number;
  columns: readonly Float64Array[];
}

const FIRST_ROOM = 16_384;

/**
 * Collects streamed rows in columns, without an object per customer. Of more than `atMost` it
 * keeps those with the least keys, so which customers are kept depends on nothing but the seed.
 */
export class RowCollector {
  readonly #seed: number;
  readonly #atMost: number;
  #size = 0;
  /** Rows with a key from here on are left out. */
  #below = 1;
  #keys: Float64Array = new Float64Array(FIRST_ROOM);
  #columns: Float64Array[];

  constructor(columns: number, options: { seed: number; atMost: number }) {
    this.#seed = options.seed;
    this.#atMost = options.atMost;
    this.#columns = Array.from({ length: columns }, () => new Float64Array(FIRST_ROOM));
  }

  get size(): number {
    return this.#size;
  }

  add(batch: MemberBatch): void {
    for (let row = 0; row < batch.size; row++) {
      const { ids, idOffsets } = batch;
      const key = customerKey(ids, idOffsets[row]!, idOffsets[row + 1]!, this.#seed);
      if (key < this.#below) this.#addRow(batch, row, key);
    }
  }

  #addRow(batch: MemberBatch, row: number, key: number): void {
    if (this.#size === this.#keys.length) this.#makeRoom();
    const at = this.#size++;
    this.#keys[at] = key;
    this.#columns.forEach((column, c) => (column[at] = batch.columns[c]![row]!));
  }

  #makeRoom(): void {
    const room = Math.min(2 * this.#size, this.#atMost + FIRST_ROOM);
    if (room > this.#size) {
      this.#keys = grown(this.#keys, new Float64Array(room));
      this.#columns = this.#columns.map((column) => grown(column, new Float64Array(room)));
    } else {
      this.#keep(this.#atMost);
    }
  }

  /** Keeps the rows of the least keys, by ascending key. */
  #keep(size: number): void {
    const order = ascending(this.#keys, this.#size);
    if (size < this.#size) this.#below = this.#keys[order[size]!]!;
    const kept = order.subarray(0, size);
    this.#keys = gathered(this.#keys, kept, new Float64Array(this.#keys.length));
    this.#columns = this.#columns.map((c) => gathered(c, kept, new Float64Array(c.length)));
    this.#size = kept.length;
  }

  /** All that was collected, in order; the collector is done with. */
  finish(): RawRows {
    this.#keep(Math.min(this.#size, this.#atMost));
    const size = this.#size;
    return {
      size,
      columns: this.#columns.map((column) => column.subarray(0, size)),
    };
  }
}

function ascending(keys: Float64Array, size: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  return order.sort((a, b) => keys[a]! - keys[b]!);
}

function grown(from: Float64Array, to: Float64Array): Float64Array {
  to.set(from);
  return to;
}

function gathered(from: Float64Array, order: Uint32Array, to: Float64Array): Float64Array {
  for (let at = 0; at < order.length; at++) to[at] = from[order[at]!]!;
  return to;
}
