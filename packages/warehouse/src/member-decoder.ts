import { AppError } from '@segcast/contracts';
import type pg from 'pg';
import { COPY_DATA } from './backend-message.ts';
import { decodeNumeric } from './decode-numeric.ts';
import { takeBatch } from './batch-memory.ts';
import type { MemberBatch } from './member-batch.ts';
import type { PackedFields } from './pack-columns.ts';

/** How a column's bytes are read. */
const KIND = { int2: 0, int4: 1, int8: 2, float4: 3, float8: 4, bool: 5, numeric: 6 } as const;
/** Four doubles in a line segment, two in a point (see `packColumns`). */
const PACKED = { lseg: 7, point: 8 } as const;
/** By the type's oid, fixed in PostgreSQL's `pg_type.dat`. */
const KIND_BY_OID: Readonly<Record<number, number>> = {
  21: KIND.int2,
  23: KIND.int4,
  20: KIND.int8,
  700: KIND.float4,
  701: KIND.float8,
  16: KIND.bool,
  1700: KIND.numeric,
  601: PACKED.lseg,
  600: PACKED.point,
};
/** Bytes by kind; a numeric has no fixed size. */
const WIDTHS = [2, 4, 8, 4, 8, 1, -1, 32, 16];

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** A batch is also full when its ids have this many bytes, so that huge ids do not pile up. */
const MAX_ID_BYTES = 2 ** 25;
/** Up to here a loop copies faster than a call. */
const SHORT_ID_BYTES = 48;

/**
 * Decodes the rows of a binary COPY, fields of one or more columns followed by the id, into one
 * batch that it fills again and again. One loop with a switch serves all types: code generated for
 * the columns at hand was measured to save a hundredth of a run.
 */
export class MemberDecoder {
  readonly batch: MemberBatch;
  readonly #label: string;
  readonly #kinds: Uint8Array;
  readonly #widths: Int32Array;
  /** Of each field, the columns of its values. */
  readonly #places: readonly (readonly number[])[];
  readonly #nullMark: number;
  readonly #limit: number;
  #begun = false;

  /**
   * @param packed which columns the fields hold; null is one each
   * @throws AppError warehouse_invalid when a field is neither number nor boolean
   */
  constructor(
    fields: readonly pg.FieldDef[],
    packed: PackedFields | null,
    { batchSize, label }: { batchSize: number; label: string },
  ) {
    const values = fields.slice(0, -1);
    this.#label = label;
    this.#kinds = Uint8Array.from(values, (field) => kindOf(field, label));
    this.#places = packed?.places ?? values.map((_, place) => [place]);
    this.#nullMark = packed?.nullMark ?? NaN;
    this.#widths = Int32Array.from(this.#kinds, (kind) => WIDTHS[kind]!);
    this.#limit = batchSize;
    this.batch = takeBatch(this.#places.flat().length, batchSize);
  }

  /** Whether the batch must be taken before more is read. */
  get full(): boolean {
    const { size, idOffsets } = this.batch;
    return size === this.#limit || idOffsets[size]! >= MAX_ID_BYTES;
  }

  /** Empties the batch. */
  clear(): void {
    for (const mask of this.batch.nulls) mask.fill(0, 0, this.batch.size);
    this.batch.size = 0;
  }

  /**
   * Reads CopyData messages of `chunk` from `start` on and answers where it stopped: at the end, at
   * another message, at one that is not all there, or where the batch became full.
   */
  read(chunk: Buffer, start: number): number {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const end = chunk.length;
    const copyData = COPY_DATA;
    let at = start;
    while (at + 5 <= end && chunk[at] === copyData && !this.full) {
      const next = at + 1 + view.getInt32(at + 1);
      if (next > end) break;
      const row = this.#begun ? at + 5 : this.#skipHeader(chunk, view, at + 5);
      if (row < next) this.#readRow(chunk, view, row, next);
      at = next;
    }
    return at;
  }

  #readRow(chunk: Buffer, view: DataView, start: number, next: number): void {
    const kinds = this.#kinds;
    const { batch } = this;
    const fieldCount = view.getInt16(start);
    if (fieldCount === -1) return;
    if (fieldCount !== kinds.length + 1) throw this.#malformed();
    const row = batch.size;
    let at = start + 2;
    for (let field = 0; field < kinds.length; field++) {
      const length = view.getInt32(at);
      const places = this.#places[field]!;
      at += 4;
      if (length === -1) {
        for (const place of places) this.#setNull(place, row);
        continue;
      }
      const width = this.#widths[field]!;
      if (length !== width && width !== -1) throw this.#malformed();
      if (places.length > 1) this.#readDoubles(view, at, places, row);
      else batch.columns[places[0]!]![row] = readValue(view, at, kinds[field]!);
      at += length;
    }
    at = this.#readId(chunk, at + 4, view.getInt32(at));
    if (at !== next) throw this.#malformed();
    batch.size = row + 1;
  }

  #readDoubles(view: DataView, start: number, places: readonly number[], row: number): void {
    const { columns } = this.batch;
    for (let i = 0, at = start; i < places.length; i++, at += 8) {
      const value = view.getFloat64(at);
      if (value === this.#nullMark) this.#setNull(places[i]!, row);
      else columns[places[i]!]![row] = value;
    }
  }

  #setNull(place: number, row: number): void {
    this.batch.columns[place]![row] = NaN;
    this.batch.nulls[place]![row] = 1;
  }

  #readId(chunk: Buffer, at: number, length: number): number {
    if (length < 0) {
      throw new AppError(
        'warehouse_invalid',
        `A row of ${this.#label} has no customer_id. Give every customer an id, or leave such rows out of the relation.`,
      );
    }
    const { batch } = this;
    const from = batch.idOffsets[batch.size]!;
    const to = from + length;
    if (to > batch.ids.length) batch.ids = grown(batch.ids, to);
    const { ids } = batch;
    if (length <= SHORT_ID_BYTES) {
      for (let i = 0; i < length; i++) ids[from + i] = chunk[at + i]!;
    } else {
      ids.set(chunk.subarray(at, at + length), from);
    }
    batch.idOffsets[batch.size + 1] = to;
    return at + length;
  }

  #skipHeader(chunk: Buffer, view: DataView, at: number): number {
    if (SIGNATURE.compare(chunk, at, at + SIGNATURE.length) !== 0) throw this.#malformed();
    this.#begun = true;
    const extension = at + SIGNATURE.length + 4;
    return extension + 4 + view.getInt32(extension);
  }

  #malformed(): AppError {
    return new AppError(
      'internal',
      `The warehouse sent a row of ${this.#label} that is not of the columns asked for.`,
    );
  }
}

function readValue(view: DataView, at: number, kind: number): number {
  switch (kind) {
    case KIND.float8:
      return view.getFloat64(at);
    case KIND.int4:
      return view.getInt32(at);
    case KIND.numeric:
      return decodeNumeric(view, at);
    case KIND.int8:
      return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
    case KIND.float4:
      return view.getFloat32(at);
    case KIND.int2:
      return view.getInt16(at);
    default:
      return view.getUint8(at);
  }
}

function kindOf(field: pg.FieldDef, label: string): number {
  const kind = KIND_BY_OID[field.dataTypeID];
  if (kind !== undefined) return kind;
  throw new AppError(
    'warehouse_invalid',
    `The column ${field.name} of ${label} is neither a number nor a boolean, so it cannot be scored. Cast it in the view.`,
  );
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array {
  const larger = new Uint8Array(Math.max(atLeast, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}
