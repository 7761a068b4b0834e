import { OFFER_COUNT, type Predictor } from '@segcast/contracts';
import type { ScoredBatch } from '@segcast/scoring';
import type { FailedCustomer, PredictionColumns, ScoredShard } from '@segcast/store';
import type { MemberBatch } from '@segcast/warehouse';
import { grown } from './grown.ts';
import { toBitmaps } from './member-bitmaps.ts';
import type { SegmentPass } from './segment-pass.ts';

/** Ids in columns: id i is `bytes[offsets[i]] … bytes[offsets[i + 1] - 1]`. */
export interface IdColumn {
  count: number;
  bytes: Uint8Array;
  offsets: Uint32Array;
}

const FIRST_MEMBERS = 8192;
const FIRST_ID_BYTES = 16;

/**
 * The results of a shard until it is read to its end, some 70 bytes a member: columns that double
 * when they are full, and never an object per customer, but for those that failed.
 */
export class HeldResults {
  readonly ids: IdColumn = {
    count: 0,
    bytes: new Uint8Array(FIRST_MEMBERS * FIRST_ID_BYTES),
    offsets: new Uint32Array(FIRST_MEMBERS + 1),
  };
  readonly #failures = new Map<number, { code: string; error: string }>();
  #churn: Float32Array | null = null;
  #offers: { scores: Float32Array; recommended: Uint8Array } | null = null;
  #rfm: NonNullable<PredictionColumns['rfm']> | null = null;
  #pass: SegmentPass | null = null;
  #memberships = new Int32Array(0);

  /** @param pass tells of a batch who belongs to which segment, where there are several */
  constructor(predictors: readonly Predictor[], pass: SegmentPass | null = null) {
    this.reset(predictors, pass);
  }

  /** Begins another shard in the memory of the last one. */
  reset(predictors: readonly Predictor[], pass: SegmentPass | null): void {
    this.#pass = pass;
    this.ids.count = 0;
    this.#failures.clear();
    this.#churn = predictors.includes('churn')
      ? (this.#churn ?? new Float32Array(FIRST_MEMBERS))
      : null;
    this.#offers = predictors.includes('nbo')
      ? (this.#offers ?? {
          scores: new Float32Array(FIRST_MEMBERS * OFFER_COUNT),
          recommended: new Uint8Array(FIRST_MEMBERS),
        })
      : null;
    this.#rfm = predictors.includes('rfm')
      ? (this.#rfm ?? {
          code: new Int16Array(FIRST_MEMBERS),
          recency: new Float32Array(FIRST_MEMBERS),
          frequency: new Float32Array(FIRST_MEMBERS),
          monetary: new Float64Array(FIRST_MEMBERS),
        })
      : null;
  }

  /** Copies a batch, whose buffers are used again for the next. */
  add(batch: MemberBatch, scored: ScoredBatch): void {
    const { size } = batch;
    const from = this.ids.count;
    this.#addIds(batch);
    this.#addChurn(from, size, scored);
    this.#addOffers(from, size, scored);
    this.#addRfm(from, size, scored);
    this.#addMemberships(from, size);
    for (const { row, code, error } of scored.failures) {
      this.#failures.set(from + row, { code, error });
    }
  }

  /** What is to be saved, in the given order of members. */
  saved(order: Uint32Array): Pick<ScoredShard, 'columns' | 'rows' | 'failures'> {
    const { bytes, offsets } = this.ids;
    const failed = this.#failures;
    const rows = failed.size === 0 ? order : order.filter((member) => !failed.has(member));
    return {
      columns: {
        ids: bytes,
        idOffsets: offsets,
        churn: this.#churn,
        offers: this.#offers,
        rfm: this.#rfm,
        memberships: this.#bitmapsOf(),
      },
      rows,
      failures: failed.size === 0 ? [] : this.#failuresIn(order),
    };
  }

  #failuresIn(order: Uint32Array): FailedCustomer[] {
    const failures: FailedCustomer[] = [];
    for (const member of order) {
      const failure = this.#failures.get(member);
      if (!failure) continue;
      const memberships = this.#membershipsOf(member);
      failures.push({
        customerId: idAt(this.ids, member),
        ...failure,
        ...(memberships && { memberships }),
      });
    }
    return failures;
  }

  #bitmapsOf(): PredictionColumns['memberships'] {
    if (this.#pass === null) return null;
    const { width } = this.#pass;
    return (rows) => toBitmaps({ words: this.#memberships, width }, rows);
  }

  #membershipsOf(member: number): Uint8Array | null {
    if (this.#pass === null) return null;
    const { width } = this.#pass;
    return new Uint8Array(this.#memberships.buffer, 4 * member * width, 4 * width);
  }

  #addMemberships(from: number, size: number): void {
    if (this.#pass === null) return;
    const { width } = this.#pass;
    this.#memberships = grown(this.#memberships, (from + size) * width);
    this.#pass.writeMemberships(this.#memberships, from * width);
  }

  #addIds({ size, ids, idOffsets }: MemberBatch): void {
    const column = this.ids;
    const from = column.count;
    const base = column.offsets[from]!;
    const length = idOffsets[size]!;
    column.bytes = grown(column.bytes, base + length);
    column.offsets = grown(column.offsets, from + size + 1);
    column.bytes.set(ids.subarray(0, length), base);
    for (let i = 1; i <= size; i++) column.offsets[from + i] = base + idOffsets[i]!;
    column.count = from + size;
  }

  #addChurn(from: number, size: number, { churn }: ScoredBatch): void {
    if (this.#churn === null || churn === null) return;
    this.#churn = grown(this.#churn, from + size);
    this.#churn.set(churn.subarray(0, size), from);
  }

  #addOffers(from: number, size: number, { offers, recommended }: ScoredBatch): void {
    const held = this.#offers;
    if (held === null || offers === null || recommended === null) return;
    held.scores = grown(held.scores, (from + size) * OFFER_COUNT);
    held.recommended = grown(held.recommended, from + size);
    held.scores.set(offers.subarray(0, size * OFFER_COUNT), from * OFFER_COUNT);
    held.recommended.set(recommended.subarray(0, size), from);
  }

  #addRfm(from: number, size: number, { rfm }: ScoredBatch): void {
    const held = this.#rfm;
    if (held === null || rfm === null) return;
    held.code = grown(held.code, from + size);
    held.recency = grown(held.recency, from + size);
    held.frequency = grown(held.frequency, from + size);
    held.monetary = grown(held.monetary, from + size);
    held.code.set(rfm.code.subarray(0, size), from);
    held.recency.set(rfm.recency.subarray(0, size), from);
    held.frequency.set(rfm.frequency.subarray(0, size), from);
    held.monetary.set(rfm.monetary.subarray(0, size), from);
  }
}

/** The id of a member as text. */
export function idAt({ bytes, offsets }: IdColumn, member: number): string {
  return Buffer.from(bytes.subarray(offsets[member], offsets[member + 1])).toString();
}

/** Larger ones, of a shard that grew out of all proportion, are better given back to the system. */
const MOST_KEPT_MEMBERS = 2 ** 20;

/** One shard is saved while another is scored. */
const MOST_IDLE = 2;

/**
 * The memory of shards that are done. Taken anew for each it would be garbage outside of V8's heap
 * by the hundred megabytes a run, which makes V8 collect all the time.
 */
const idle: HeldResults[] = [];

/** Empty results, to be given back when their shard is saved. */
export function takeHeldResults(
  predictors: readonly Predictor[],
  pass: SegmentPass | null,
): HeldResults {
  const held = idle.pop() ?? new HeldResults(predictors, pass);
  held.reset(predictors, pass);
  return held;
}

/** Nobody may look at what was saved of them any more. */
export function giveBackHeldResults(held: HeldResults): void {
  if (held.ids.offsets.length <= MOST_KEPT_MEMBERS && idle.length < MOST_IDLE) idle.push(held);
}
