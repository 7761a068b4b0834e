import { wordsFor, type BitWords } from '@segcast/rules';
import type { MemberBatch } from '@segcast/warehouse';

/** Takes the members of any segment out of a batch, into buffers that it uses again. */
export class MemberFilter {
  /** By row of the answer, the customer's place in the batch. */
  readonly places: Int32Array;
  /** By place in the batch, up to a multiple of 32, the row of the answer or -1. */
  readonly rows: Int32Array;
  readonly #inputs: number;
  readonly #columns: Float64Array[];
  readonly #nulls: Uint8Array[];
  readonly #idOffsets: Int32Array;
  #ids = new Uint8Array(0);

  /** @param inputs how many of the first columns of a batch are wanted */
  constructor(inputs: number, batchSize: number) {
    const numbers = Array.from({ length: inputs }, (_, i) => i);
    this.#inputs = inputs;
    this.#columns = numbers.map(() => new Float64Array(batchSize));
    this.#nulls = numbers.map(() => new Uint8Array(batchSize));
    this.#idOffsets = new Int32Array(batchSize + 1);
    this.places = new Int32Array(batchSize);
    this.rows = new Int32Array(32 * wordsFor(batchSize));
  }

  /** The batch itself where everybody belongs to a segment. */
  apply(batch: MemberBatch, members: readonly BitWords[]): MemberBatch {
    const found = this.#find(batch.size, members);
    return found === batch.size ? batch : this.#taken(batch, found);
  }

  #find(size: number, members: readonly BitWords[]): number {
    let found = 0;
    this.rows.fill(-1);
    for (let word = 0; word < wordsFor(size); word++) {
      let any = 0;
      for (const bits of members) any |= bits[word]!;
      while (any !== 0) {
        const place = 32 * word + 31 - Math.clz32(any & -any);
        this.rows[place] = found;
        this.places[found++] = place;
        any &= any - 1;
      }
    }
    return found;
  }

  #taken(batch: MemberBatch, size: number): MemberBatch {
    const { places } = this;
    for (let column = 0; column < this.#inputs; column++) {
      const [from, to] = [batch.columns[column]!, this.#columns[column]!];
      const [nullFrom, nullTo] = [batch.nulls[column]!, this.#nulls[column]!];
      for (let row = 0; row < size; row++) {
        to[row] = from[places[row]!]!;
        nullTo[row] = nullFrom[places[row]!]!;
      }
    }
    this.#takeIds(batch, size);
    const [columns, nulls] = [this.#columns, this.#nulls];
    return { size, columns, nulls, ids: this.#ids, idOffsets: this.#idOffsets };
  }

  #takeIds({ ids, idOffsets }: MemberBatch, size: number): void {
    if (this.#ids.length < ids.length) this.#ids = new Uint8Array(ids.length);
    let at = 0;
    for (let row = 0; row < size; row++) {
      const place = this.places[row]!;
      for (let i = idOffsets[place]!; i < idOffsets[place + 1]!; i++) this.#ids[at++] = ids[i]!;
      this.#idOffsets[row + 1] = at;
    }
  }
}
