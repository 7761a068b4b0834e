import { GAP, TextColumn } from './text-column.ts';

/** Signature, flags and an empty extension: what comes before the first row of a binary COPY. */
const HEADER = 19;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const NULL = -1;
/** Of an array: dimensions, flags, element type; of its dimension: length and lower bound. */
const ARRAY_HEADER = 12;
const DIMENSION = 8;

/**
 * Reads the fields of a row of a binary COPY, one after the other. Arrays are one-dimensional, and
 * a null among numbers is NaN.
 */
export class CopyReader {
  readonly #data: Buffer;
  readonly #view: DataView;
  #at: number;

  constructor(data: Buffer) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const isFirst = data.subarray(0, SIGNATURE.length).equals(SIGNATURE);
    this.#at = isFirst ? HEADER : 0;
  }

  /** Begins the row; false for what ends the COPY, or has nothing but the header. */
  hasRow(): boolean {
    if (this.#at >= this.#data.length) return false;
    const fields = this.#view.getInt16(this.#at);
    this.#at += 2;
    return fields !== NULL;
  }

  int4(): number {
    this.#length();
    const value = this.#view.getInt32(this.#at);
    this.#at += 4;
    return value;
  }

  /** A copy; none of the texts is null. */
  texts(): TextColumn {
    const count = this.#arrayLength() ?? 0;
    const from = this.#at;
    const starts = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      const length = this.#length();
      starts[i] = this.#at - from;
      this.#at += length;
    }
    starts[count] = this.#at - from + GAP;
    return new TextColumn(Buffer.from(this.#data.subarray(from, this.#at)), starts);
  }

  int2s(): Int16Array | null {
    return this.#numbers(Int16Array, (at) => this.#view.getInt16(at));
  }

  float4s(): Float32Array | null {
    return this.#numbers(Float32Array, (at) => this.#view.getFloat32(at));
  }

  float8s(): Float64Array | null {
    return this.#numbers(Float64Array, (at) => this.#view.getFloat64(at));
  }

  /** A copy of a field's bytes, or null. */
  bytes(): Uint8Array | null {
    const length = this.#length();
    if (length === NULL) return null;
    return Uint8Array.from(this.#data.subarray(this.#at, (this.#at += length)));
  }

  #numbers<T extends Int16Array | Float32Array | Float64Array>(
    Column: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
    read: (at: number) => number,
  ): T | null {
    const length = this.#arrayLength();
    if (length === null) return null;
    const column = new Column(length);
    for (let i = 0; i < length; i++) {
      if (this.#length() === NULL) {
        column[i] = NaN;
      } else {
        column[i] = read(this.#at);
        this.#at += Column.BYTES_PER_ELEMENT;
      }
    }
    return column;
  }

  #length(): number {
    const length = this.#view.getInt32(this.#at);
    this.#at += 4;
    return length;
  }

  /** How many elements follow; null for a field that is null. */
  #arrayLength(): number | null {
    if (this.#length() === NULL) return null;
    const dimensions = this.#view.getInt32(this.#at);
    this.#at += ARRAY_HEADER;
    if (dimensions === 0) return 0;
    const length = this.#view.getInt32(this.#at);
    this.#at += DIMENSION;
    return length;
  }
}
