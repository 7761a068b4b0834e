import { columnName, type InputColumn } from '@segcast/contracts';
import {
  parseRule,
  RuleSet,
  toSqlCondition,
  transpose32,
  wordsFor,
  type BitWords,
  type Rule,
  type RuleBatch,
  type RuleColumns,
} from '@segcast/rules';
import { SegmentCounter, type ScoredBatch } from '@segcast/scoring';
import type { ShardSegment } from '@segcast/store';
import type { MemberBatch } from '@segcast/warehouse';
import { MemberFilter } from './member-filter.ts';
import { readCondition } from './union-of-rules.ts';

export interface SegmentPassOptions {
  segments: readonly ShardSegment[];
  /** Of the warehouse as it is now. */
  columns: RuleColumns;
  /** What the scorer wants of a customer. */
  inputs: readonly InputColumn[];
  batchSize: number;
}

/**
 * One pass over the customers of many segments: tells on the rows that are scored who belongs to
 * which, leaves out who belongs to none, and counts for each segment.
 */
export class SegmentPass {
  /** Which rows are to be read: all members, maybe more. */
  readonly condition: string;
  /** What is to be read of them: the scorer's inputs, what the rules add, and their expressions. */
  readonly columns: readonly InputColumn[];
  readonly expressions: readonly string[];
  /** Words per customer. */
  readonly width: number;
  readonly #rules: RuleSet;
  readonly #places: readonly number[];
  readonly #counter: SegmentCounter;
  readonly #filter: MemberFilter;
  readonly #numbers: readonly number[];
  readonly #turned: Int32Array;
  #members: readonly BitWords[] = [];
  #words = 0;

  constructor({ segments, columns, inputs, batchSize }: SegmentPassOptions) {
    const rules: Rule[] = segments.map((segment) => parseRule(segment.rules, columns));
    this.#rules = new RuleSet(rules, batchSize);
    const streamed = inputs.filter((input) => typeof input === 'string').map(columnName);
    const added = this.#rules.columns.filter((name) => !streamed.includes(name));
    this.condition = toSqlCondition(readCondition(rules));
    this.columns = [...inputs, ...added];
    this.expressions = this.#rules.expressions;
    this.#places = [
      ...this.#rules.columns.map((name) => this.columns.indexOf(name)),
      ...this.expressions.map((_, i) => this.columns.length + i),
    ];
    this.#numbers = segments.map(({ number }) => number);
    this.width = wordsFor(Math.max(...this.#numbers) + 1);
    this.#counter = new SegmentCounter(segments, batchSize);
    this.#filter = new MemberFilter(inputs.length, batchSize);
    this.#turned = new Int32Array(32 * this.width);
  }

  /** The customers of a batch who belong to any segment; valid until the next call. */
  membersOf(batch: MemberBatch): MemberBatch {
    const { size, columns, nulls } = batch;
    const read: RuleBatch = {
      size,
      columns: this.#places.map((place) => columns[place]!),
      nulls: this.#places.map((place) => nulls[place]!),
    };
    this.#members = this.#rules.evaluate(read);
    this.#words = wordsFor(size);
    return this.#filter.apply(batch, this.#members);
  }

  /** Counts the members found last, once they are scored. */
  count(scored: ScoredBatch): void {
    this.#counter.add(scored, this.#filter.places, this.#members, this.#words);
  }

  /** Writes for each member found last its bits by the segments' numbers, `width` words a member. */
  writeMemberships(out: Int32Array, at: number): void {
    const { rows } = this.#filter;
    for (let word = 0; word < this.#words; word++) {
      this.#turn(word);
      for (let bit = 0; bit < 32; bit++) {
        const row = rows[32 * word + bit]!;
        if (row < 0) continue;
        for (let group = 0; group < this.width; group++) {
          out[at + row * this.width + group] = this.#turned[32 * group + bit]!;
        }
      }
    }
  }

  counts(): Float64Array {
    return this.#counter.counts();
  }

  /** From a word of 32 customers per segment to a word of 32 segments per customer. */
  #turn(word: number): void {
    this.#turned.fill(0);
    this.#numbers.forEach((number, i) => {
      this.#turned[number] = this.#members[i]![word]!;
    });
    for (let group = 0; group < this.width; group++) transpose32(this.#turned, 32 * group);
  }
}
