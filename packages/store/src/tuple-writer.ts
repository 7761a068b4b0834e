import { COPY_DATA_HEADER, sealCopyData } from './copy-in.ts';
import { takePieceBuffer } from './piece-buffers.ts';

const OID = { int2: 21, int4: 23, text: 25, float4: 700, float8: 701 } as const;
/** Dimensions, flags, element type, and size and lower bound of the one dimension. */
const ARRAY_HEADER = 20;

/**
 * Writes the fields of one tuple of PostgreSQL's binary COPY format; arrays take the members at
 * `rows`, in that order, of which there is at least one.
 */
export class TupleWriter {
  readonly #rows: Uint32Array;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = COPY_DATA_HEADER;

  constructor(fields: number, rows: Uint32Array, room: number) {
    this.#rows = rows;
    this.#bytes = takePieceBuffer(room);
    this.#view = new DataView(this.#bytes.buffer);
    this.#view.setInt16(this.#at, fields);
    this.#at += 2;
  }

  finish(): Buffer {
    return sealCopyData(this.#bytes.subarray(0, this.#at));
  }

  uuid(id: Buffer): void {
    this.#view.setInt32(this.#at, 16);
    id.copy(this.#bytes, this.#at + 4);
    this.#at += 20;
  }

  int4(value: number): void {
    this.#view.setInt32(this.#at, 4);
    this.#view.setInt32(this.#at + 4, value);
    this.#at += 8;
  }

  id(ids: Uint8Array, idOffsets: Uint32Array, row: number): void {
    const from = idOffsets[row]!;
    const to = idOffsets[row + 1]!;
    this.#view.setInt32(this.#at, to - from);
    this.#bytes.set(ids.subarray(from, to), this.#at + 4);
    this.#at += 4 + to - from;
  }

  /** Two fields: the least and the greatest value. */
  extremes(values: Float32Array | null): void {
    if (values === null) {
      this.#null();
      this.#null();
      return;
    }
    let least = Infinity;
    let greatest = -Infinity;
    for (const row of this.#rows) {
      const value = values[row]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    this.#float4(least);
    this.#float4(greatest);
  }

  /** An array of the values that occur, ascending; they are below `bound`. */
  present(values: Uint8Array | Int16Array | null, bound: number): void {
    if (values === null) {
      this.#null();
      return;
    }
    const seen = new Uint8Array(bound);
    let count = 0;
    for (const row of this.#rows) {
      const value = values[row]!;
      if (seen[value] === 0) count++;
      seen[value] = 1;
    }
    const start = this.#beginArray(OID.int2, count);
    for (let value = 0; value < bound; value++) if (seen[value] === 1) this.#int2(value);
    this.#endArray(start, false);
  }

  ids(ids: Uint8Array, idOffsets: Uint32Array): void {
    const start = this.#beginArray(OID.text, this.#rows.length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (const row of this.#rows) {
      const from = idOffsets[row]!;
      const to = idOffsets[row + 1]!;
      this.#view.setInt32(at, to - from);
      at += 4;
      // Ids are short: a loop beats the call of a copying function.
      for (let i = from; i < to; i++) bytes[at++] = ids[i]!;
    }
    this.#at = at;
    this.#endArray(start, false);
  }

  /** NaN is stored as null. */
  float4s(values: Float32Array | null): void {
    if (values === null) {
      this.#null();
      return;
    }
    const start = this.#beginArray(OID.float4, this.#rows.length);
    const view = this.#view;
    let at = this.#at;
    let nulls = false;
    for (const row of this.#rows) {
      const value = values[row]!;
      if (Number.isNaN(value)) {
        nulls = true;
        view.setInt32(at, -1);
        at += 4;
      } else {
        view.setInt32(at, 4);
        view.setFloat32(at + 4, value);
        at += 8;
      }
    }
    this.#at = at;
    this.#endArray(start, nulls);
  }

  /**
   * `width` arrays, one per column of a row-major matrix, none of whose values is null. They are
   * written side by side, since members in another order than they came make each read a miss of
   * the cache.
   */
  float4Matrix(values: Float32Array | null, width: number): void {
    if (values === null) {
      for (let column = 0; column < width; column++) this.#null();
      return;
    }
    const first = this.#at + 4 + ARRAY_HEADER;
    for (let column = 0; column < width; column++) {
      const start = this.#beginArray(OID.float4, this.#rows.length);
      this.#at += 8 * this.#rows.length;
      this.#endArray(start, false);
    }
    const view = this.#view;
    const distance = (this.#at + 4 + ARRAY_HEADER - first) / width;
    let row = 0;
    for (const member of this.#rows) {
      let at = first + 8 * row++;
      for (let column = 0; column < width; column++, at += distance) {
        view.setInt32(at, 4);
        view.setFloat32(at + 4, values[member * width + column]!);
      }
    }
  }

  /** NaN is stored as null. */
  float8s(values: Float64Array | null): void {
    if (values === null) {
      this.#null();
      return;
    }
    const start = this.#beginArray(OID.float8, this.#rows.length);
    let nulls = false;
    for (const row of this.#rows) {
      const value = values[row]!;
      if (Number.isNaN(value)) {
        nulls = true;
        this.#null();
      } else {
        this.#view.setInt32(this.#at, 8);
        this.#view.setFloat64(this.#at + 4, value);
        this.#at += 12;
      }
    }
    this.#endArray(start, nulls);
  }

  int2s(values: Int16Array | null): void {
    if (values === null) {
      this.#null();
      return;
    }
    const start = this.#beginArray(OID.int2, this.#rows.length);
    for (const row of this.#rows) this.#int2(values[row]!);
    this.#endArray(start, false);
  }

  /** An array of these very values. */
  int4s(values: readonly number[] | null): void {
    if (values === null) {
      this.#null();
      return;
    }
    const start = this.#beginArray(OID.int4, values.length);
    for (const value of values) this.int4(value);
    this.#endArray(start, false);
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.#null();
      return;
    }
    this.#view.setInt32(this.#at, value.length);
    this.#bytes.set(value, this.#at + 4);
    this.#at += 4 + value.length;
  }

  #null(): void {
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  #int2(value: number): void {
    this.#view.setInt32(this.#at, 2);
    this.#view.setInt16(this.#at + 4, value);
    this.#at += 6;
  }

  #float4(value: number): void {
    this.#view.setInt32(this.#at, 4);
    this.#view.setFloat32(this.#at + 4, value);
    this.#at += 8;
  }

  #beginArray(elementOid: number, count: number): number {
    const start = this.#at;
    const view = this.#view;
    view.setInt32(start + 4, 1);
    view.setInt32(start + 12, elementOid);
    view.setInt32(start + 16, count);
    view.setInt32(start + 20, 1);
    this.#at = start + 4 + ARRAY_HEADER;
    return start;
  }

  #endArray(start: number, nulls: boolean): void {
    this.#view.setInt32(start, this.#at - start - 4);
    this.#view.setInt32(start + 8, nulls ? 1 : 0);
  }
}
