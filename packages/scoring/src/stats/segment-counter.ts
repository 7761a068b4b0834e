import { OFFER_COUNT, type ChurnThresholds } from '@segcast/contracts';
import { RFM_CODE_COUNT, rfmCodeIndex } from '../rfm/rfm-code.ts';
import { OUTCOME, type ScoredBatch } from '../scorer/scoring-batch.ts';
import { HISTOGRAM_BINS, PROBABILITY_STEPS } from './partial-stats.ts';
import { COUNT_AT, SEGMENT_COUNTS } from './segment-counts.ts';

/** A segment that is counted; its number is the place of its row in the counts. */
export interface CountedSegment {
  number: number;
  churnThresholds: ChurnThresholds;
}

const CELLS = RFM_CODE_COUNT * OFFER_COUNT;

/**
 * Counts the same customers for many segments at once. What a customer adds is worked out once and
 * put into few small integers; each segment then only walks the bits of its members: two counters
 * and two sums a member. Comes to what `addToStats` comes to on the members alone.
 */
export class SegmentCounter {
  readonly #segments: readonly CountedSegment[];
  /** All thresholds in order, as float32. */
  readonly #thresholds: readonly number[];
  readonly #sums: Float64Array;
  /** Per segment, by class of probability; see `#classOf`. */
  readonly #classes: Int32Array[];
  /** Per segment, by RFM code and recommended offer. */
  readonly #cells: Int32Array[];
  readonly #binOfClass: Int32Array;
  readonly #exceededOfClass: Int32Array;
  readonly #of: {
    class: Int32Array;
    cell: Int32Array;
    probability: Float64Array;
    confidence: Float64Array;
    scored: Int32Array;
    imputed: Int32Array;
  };

  constructor(segments: readonly CountedSegment[], batchSize: number) {
    this.#segments = segments;
    this.#thresholds = [
      ...new Set(
        segments.flatMap(({ churnThresholds: { high, medium } }) =>
          [high, medium].map(Math.fround),
        ),
      ),
    ].sort((a, b) => a - b);
    const classes = HISTOGRAM_BINS + this.#thresholds.length;
    const rows = Math.max(-1, ...segments.map(({ number }) => number)) + 1;
    this.#sums = new Float64Array(rows * SEGMENT_COUNTS);
    this.#classes = segments.map(() => new Int32Array(classes));
    this.#cells = segments.map(() => new Int32Array(CELLS));
    this.#binOfClass = new Int32Array(classes);
    this.#exceededOfClass = new Int32Array(classes);
    this.#of = {
      class: new Int32Array(batchSize),
      cell: new Int32Array(batchSize),
      probability: new Float64Array(batchSize),
      confidence: new Float64Array(batchSize),
      scored: new Int32Array((batchSize + 31) >> 5),
      imputed: new Int32Array((batchSize + 31) >> 5),
    };
  }

  /**
   * Adds a scored batch. `places[row]` is the bit of a scored row in the words of `members`, of
   * which there is one per segment.
   */
  add(
    scored: ScoredBatch,
    places: Int32Array,
    members: readonly Int32Array[],
    words: number,
  ): void {
    this.#of.scored.fill(0);
    this.#of.imputed.fill(0);
    for (let row = 0; row < scored.size; row++) this.#note(scored, row, places[row]!);
    this.#segments.forEach(({ number }, i) => {
      const sums = this.#sums.subarray(number * SEGMENT_COUNTS, (number + 1) * SEGMENT_COUNTS);
      this.#addOutcomes(sums, members[i]!, words);
      this.#addScores(sums, this.#classes[i]!, this.#cells[i]!, members[i]!, words);
    });
  }

  /** A row of `SEGMENT_COUNTS` doubles for every number up to the greatest. */
  counts(): Float64Array {
    const counts = this.#sums.slice();
    this.#segments.forEach(({ number, churnThresholds }, i) => {
      const row = counts.subarray(number * SEGMENT_COUNTS, (number + 1) * SEGMENT_COUNTS);
      this.#addClasses(row, this.#classes[i]!, churnThresholds);
      addCells(row, this.#cells[i]!);
    });
    return counts;
  }

  #note({ outcome, churn, offers, recommended, rfm }: ScoredBatch, row: number, at: number): void {
    const of = this.#of;
    if (outcome[row] === OUTCOME.failed) return;
    of.scored[at >> 5]! |= 1 << (at & 31);
    if (outcome[row] === OUTCOME.imputed) of.imputed[at >> 5]! |= 1 << (at & 31);
    if (churn) {
      const probability = churn[row]!;
      of.class[at] = this.#classOf(probability);
      of.probability[at] = Math.round(probability * PROBABILITY_STEPS);
    }
    let cell = rfm ? rfmCodeIndex(rfm.code[row]!) * OFFER_COUNT : 0;
    if (offers && recommended) {
      const offer = recommended[row]!;
      cell += offer;
      of.confidence[at] = Math.round(offers[row * OFFER_COUNT + offer]! * PROBABILITY_STEPS);
    }
    of.cell[at] = cell;
  }

  /**
   * The bin of a probability and the number of thresholds below it both only grow with it, so that
   * their sum tells them both.
   */
  #classOf(probability: number): number {
    const bin = Math.min((probability * HISTOGRAM_BINS) | 0, HISTOGRAM_BINS - 1);
    let exceeded = 0;
    while (exceeded < this.#thresholds.length && probability > this.#thresholds[exceeded]!) {
      exceeded++;
    }
    this.#binOfClass[bin + exceeded] = bin;
    this.#exceededOfClass[bin + exceeded] = exceeded;
    return bin + exceeded;
  }

  #addOutcomes(sums: Float64Array, members: Int32Array, words: number): void {
    const { scored, imputed } = this.#of;
    let [all, successful, filled] = [0, 0, 0];
    for (let word = 0; word < words; word++) {
      const bits = members[word]!;
      all += bitCount(bits);
      successful += bitCount(bits & scored[word]!);
      filled += bitCount(bits & imputed[word]!);
    }
    sums[COUNT_AT.members]! += all;
    sums[COUNT_AT.successful]! += successful;
    sums[COUNT_AT.failed]! += all - successful;
    sums[COUNT_AT.imputed]! += filled;
  }

  #addScores(
    sums: Float64Array,
    classes: Int32Array,
    cells: Int32Array,
    members: Int32Array,
    words: number,
  ): void {
    const { class: classOf, cell: cellOf, probability, confidence, scored } = this.#of;
    let probabilitySum = 0;
    let confidenceSum = 0;
    for (let word = 0; word < words; word++) {
      const base = (word << 5) + 31;
      let bits = members[word]! & scored[word]!;
      while (bits !== 0) {
        const lowest = bits & -bits;
        const at = base - Math.clz32(lowest);
        bits ^= lowest;
        classes[classOf[at]!]!++;
        cells[cellOf[at]!]!++;
        probabilitySum += probability[at]!;
        confidenceSum += confidence[at]!;
      }
    }
    sums[COUNT_AT.probabilitySum]! += probabilitySum;
    sums[COUNT_AT.confidenceSum]! += confidenceSum;
  }

  #addClasses(row: Float64Array, classes: Int32Array, thresholds: ChurnThresholds): void {
    const high = this.#thresholds.indexOf(Math.fround(thresholds.high));
    const medium = this.#thresholds.indexOf(Math.fround(thresholds.medium));
    classes.forEach((count, each) => {
      if (count === 0) return;
      const exceeded = this.#exceededOfClass[each]!;
      const band = exceeded > high ? 'high' : exceeded > medium ? 'medium' : 'low';
      row[COUNT_AT[band]]! += count;
      row[COUNT_AT.histogram + this.#binOfClass[each]!]! += count;
    });
  }
}

function addCells(row: Float64Array, cells: Int32Array): void {
  cells.forEach((count, cell) => {
    if (count === 0) return;
    row[COUNT_AT.codes + Math.floor(cell / OFFER_COUNT)]! += count;
    row[COUNT_AT.recommended + (cell % OFFER_COUNT)]! += count;
  });
}

function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
