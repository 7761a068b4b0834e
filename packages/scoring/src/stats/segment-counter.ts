import { OFFER_COUNT, type ChurnThresholds } from '@segcast/contracts';
import { RFM_CODE_COUNT, rfmCodeIndex } from '../rfm/rfm-code.ts';
import { OUTCOME, type ScoredBatch } from '../scorer/scoring-batch.ts';
import { HISTOGRAM_BINS, PROBABILITY_STEPS } from './partial-stats.ts';
import { COUNT_AT, SEGMENT_COUNTS } from './segment-counts.ts';

/** A segment that is counted; its number is the place of its row in the counts. */
interface CountedSegment {
  number: number;
  churnThresholds: ChurnThresholds;
}

const CELLS = RFM_CODE_COUNT * OFFER_COUNT;
/** Once and not through the import, which is a call for each customer. */
const STEPS = PROBABILITY_STEPS;
const OFFERS = OFFER_COUNT;
const BINS = HISTOGRAM_BINS;
const { failed, imputed } = OUTCOME;

/** What is counted of the customers with a prediction, of a segment or of all. */
interface Tally {
  /** By class of probability; see `#classOf`. */
  classes: Int32Array;
  /** By RFM code and recommended offer. */
  cells: Int32Array;
  probabilitySum: number;
  confidenceSum: number;
}

/** What each customer of a batch adds, by its place, and a bit for each that has a prediction. */
interface Noted {
  class: Int32Array;
  cell: Int32Array;
  probability: Float64Array;
  confidence: Float64Array;
  scored: Int32Array;
  imputed: Int32Array;
}

/**
 * Counts the same customers for many segments at once. What a customer adds is worked out once and
 * put into few small integers; each segment then only walks the bits of its members, or of those
 * who are not when these are fewer: two counters and two sums for each of them. Comes to what
 * `addToStats` comes to on the members alone.
 */
export class SegmentCounter {
  readonly #segments: readonly CountedSegment[];
  /** All thresholds in order, as float32. */
  readonly #thresholds: readonly number[];
  /** Members, and how many of them have a prediction or an imputed one, are counted here. */
  readonly #outcomes: Float64Array;
  readonly #all: Tally;
  /** Per segment, of its members or, where it is inverted, of all the others. */
  readonly #tallies: readonly Tally[];
  /** Settled by the first batch: which of the two are fewer. */
  #inverted: readonly boolean[] | null = null;
  readonly #binOfClass: Int32Array;
  readonly #exceededOfClass: Int32Array;
  readonly #of: Noted;

  constructor(segments: readonly CountedSegment[], batchSize: number) {
    this.#segments = segments;
    this.#thresholds = distinctThresholds(segments);
    const classes = HISTOGRAM_BINS + this.#thresholds.length;
    const rows = Math.max(-1, ...segments.map(({ number }) => number)) + 1;
    this.#outcomes = new Float64Array(rows * SEGMENT_COUNTS);
    this.#all = createTally(classes);
    this.#tallies = segments.map(() => createTally(classes));
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
    if (scored.size === 0) return;
    const of = this.#of;
    of.scored.fill(0);
    of.imputed.fill(0);
    for (let row = 0; row < scored.size; row++) this.#note(scored, row, places[row]!);
    addTo(this.#all, of, of.scored, 0, words);
    const successful = this.#segments.map(({ number }, i) => {
      const row = this.#outcomes.subarray(number * SEGMENT_COUNTS, (number + 1) * SEGMENT_COUNTS);
      return addOutcomes(row, of, members[i]!, words);
    });
    this.#inverted ??= successful.map((count) => 2 * count > scored.size);
    for (const [i, tally] of this.#tallies.entries()) {
      addTo(tally, of, members[i]!, this.#inverted[i]! ? -1 : 0, words);
    }
  }

  /** A row of `SEGMENT_COUNTS` doubles for every number up to the greatest. */
  counts(): Float64Array {
    const counts = this.#outcomes.slice();
    this.#segments.forEach(({ number, churnThresholds }, i) => {
      const row = counts.subarray(number * SEGMENT_COUNTS, (number + 1) * SEGMENT_COUNTS);
      const tally = this.#tallies[i]!;
      const own = this.#inverted?.[i] === true ? difference(this.#all, tally) : tally;
      this.#addClasses(row, own.classes, churnThresholds);
      addCells(row, own.cells);
      row[COUNT_AT.probabilitySum] = own.probabilitySum;
      row[COUNT_AT.confidenceSum] = own.confidenceSum;
    });
    return counts;
  }

  #note({ outcome, churn, offers, recommended, rfm }: ScoredBatch, row: number, at: number): void {
    const of = this.#of;
    if (outcome[row] === failed) return;
    of.scored[at >> 5]! |= 1 << (at & 31);
    if (outcome[row] === imputed) of.imputed[at >> 5]! |= 1 << (at & 31);
    if (churn) {
      const probability = churn[row]!;
      of.class[at] = this.#classOf(probability);
      of.probability[at] = Math.round(probability * STEPS);
    }
    let cell = rfm ? rfmCodeIndex(rfm.code[row]!) * OFFERS : 0;
    if (offers && recommended) {
      const offer = recommended[row]!;
      cell += offer;
      of.confidence[at] = Math.round(offers[row * OFFERS + offer]! * STEPS);
    }
    of.cell[at] = cell;
  }

  /**
   * The bin of a probability and the number of thresholds below it both only grow with it, so that
   * their sum tells them both.
   */
  #classOf(probability: number): number {
    const bin = Math.min((probability * BINS) | 0, BINS - 1);
    let exceeded = 0;
    while (exceeded < this.#thresholds.length && probability > this.#thresholds[exceeded]!) {
      exceeded++;
    }
    this.#binOfClass[bin + exceeded] = bin;
    this.#exceededOfClass[bin + exceeded] = exceeded;
    return bin + exceeded;
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

function distinctThresholds(segments: readonly CountedSegment[]): number[] {
  const all = segments.flatMap(({ churnThresholds: { high, medium } }) => [high, medium]);
  return [...new Set(all.map(Math.fround))].sort((a, b) => a - b);
}

function createTally(classes: number): Tally {
  return {
    classes: new Int32Array(classes),
    cells: new Int32Array(CELLS),
    probabilitySum: 0,
    confidenceSum: 0,
  };
}

function difference(all: Tally, others: Tally): Tally {
  return {
    classes: all.classes.map((count, i) => count - others.classes[i]!),
    cells: all.cells.map((count, i) => count - others.cells[i]!),
    probabilitySum: all.probabilitySum - others.probabilitySum,
    confidenceSum: all.confidenceSum - others.confidenceSum,
  };
}

/** Counts the members and answers how many of them have a prediction. */
function addOutcomes(
  row: Float64Array,
  { scored, imputed }: Noted,
  members: Int32Array,
  words: number,
): number {
  let [all, successful, filled] = [0, 0, 0];
  for (let word = 0; word < words; word++) {
    const bits = members[word]!;
    all += bitCount(bits);
    successful += bitCount(bits & scored[word]!);
    filled += bitCount(bits & imputed[word]!);
  }
  row[COUNT_AT.members]! += all;
  row[COUNT_AT.successful]! += successful;
  row[COUNT_AT.failed]! += all - successful;
  row[COUNT_AT.imputed]! += filled;
  return successful;
}

/** Adds those who have a prediction and are members, or who are none where `flip` is -1. */
function addTo(tally: Tally, noted: Noted, members: Int32Array, flip: 0 | -1, words: number): void {
  const { class: classOf, cell: cellOf, probability, confidence, scored } = noted;
  const { classes, cells } = tally;
  let probabilitySum = 0;
  let confidenceSum = 0;
  for (let word = 0; word < words; word++) {
    const base = (word << 5) + 31;
    let bits = (members[word]! ^ flip) & scored[word]!;
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
  tally.probabilitySum += probabilitySum;
  tally.confidenceSum += confidenceSum;
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
