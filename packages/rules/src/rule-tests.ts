import { transpose32, wordsFor, type BitWords } from './bit-words.ts';
import { compareValues } from './compare-values.ts';
import { NumberLadder } from './number-ladder.ts';
import type { RuleColumn } from './rule-columns.ts';
import { familyOf, type Comparator, type Literal, type Rule } from './rule.ts';
import { toSqlCondition } from './to-sql-condition.ts';

/** Customers in columns: those of a `RuleSet`, and after them its expressions. */
export interface RuleBatch {
  size: number;
  /** Numbers as doubles, booleans as 0 and 1, NaN for a null, whose mask is then 1. */
  columns: readonly Float64Array[];
  nulls: readonly Uint8Array[];
}

/** A rule that is no junction of others. */
type Test = Exclude<Rule, { kind: 'constant' | 'and' | 'or' | 'not' }>;

/** Up to so many constants of a list are found by their places; more would need too many rows. */
const SHORT_LIST = 16;
/** Tests in one integer: its sign is left alone. */
const TESTS_PER_INTEGER = 31;

/** The distinct tests of many rules, and the bits that each of them comes to on a batch. */
export class RuleTests {
  readonly columns: string[] = [];
  readonly expressions: string[] = [];
  readonly #batchSize: number;
  /** By the test's SQL, which says all that there is to a test. */
  readonly #bits = new Map<string, BitWords>();
  /** By column, as the following are: what is to be done on every batch. */
  readonly #ladders = new Map<number, NumberLadder>();
  readonly #steps: ((batch: RuleBatch) => void)[] = [];
  readonly #inSql: { condition: string; bits: BitWords }[] = [];

  constructor(batchSize: number) {
    this.#batchSize = batchSize;
  }

  /** Where the customers that satisfy the test are found after each `evaluate`. */
  bitsOf(test: Test): BitWords {
    const condition = toSqlCondition(test);
    const known = this.#bits.get(condition);
    if (known) return known;
    const bits = new Int32Array(wordsFor(this.#batchSize));
    this.#bits.set(condition, bits);
    if (isInMemory(test)) this.#addInMemory(test, bits);
    else this.#inSql.push({ condition, bits });
    return bits;
  }

  /** To be called once, when all tests are known. */
  seal(): void {
    for (const ladder of this.#ladders.values()) ladder.seal();
    for (let from = 0; from < this.#inSql.length; from += TESTS_PER_INTEGER) {
      const part = this.#inSql.slice(from, from + TESTS_PER_INTEGER);
      const terms = part.map(
        ({ condition }, i) => `CASE WHEN ${condition} THEN ${2 ** i} ELSE 0 END`,
      );
      const place = this.expressions.push(terms.join(' + ')) - 1;
      const outs = part.map(({ bits }) => bits);
      this.#steps.push(({ columns, size }) => {
        unpack(columns[this.columns.length + place]!, size, outs);
      });
    }
  }

  evaluate(batch: RuleBatch): void {
    for (const [place, ladder] of this.#ladders) {
      ladder.evaluate(batch.columns[place]!, batch.size);
    }
    for (const step of this.#steps) step(batch);
  }

  #addInMemory(test: Test, bits: BitWords): void {
    switch (test.kind) {
      case 'null':
        this.#addNull(test.column, bits);
        break;
      case 'compare':
        this.#ladderOf(test.column).compare(test.operator, numberOf(test.literal), bits);
        break;
      case 'member':
        this.#addMember(test.column, test.literals.map(numberOf), bits);
        break;
      case 'compare_columns':
        this.#addPair(test.operator, test.left, test.right, bits);
        break;
      case 'text':
        throw new TypeError('Texts are tested in SQL.');
    }
  }

  #addNull(column: RuleColumn, bits: BitWords): void {
    const place = this.#placeOf(column);
    this.#steps.push(({ nulls, size }) => {
      const mask = nulls[place]!;
      collect(bits, size, (row) => mask[row] === 1);
    });
  }

  #addMember(column: RuleColumn, values: number[], bits: BitWords): void {
    if (values.length <= SHORT_LIST) {
      this.#ladderOf(column).member(values, bits);
      return;
    }
    const place = this.#placeOf(column);
    const set = new Set(values);
    this.#steps.push(({ columns, size }) => {
      const column = columns[place]!;
      collect(bits, size, (row) => set.has(column[row]!));
    });
  }

  #addPair(operator: Comparator, left: RuleColumn, right: RuleColumn, bits: BitWords): void {
    const [a, b] = [this.#placeOf(left), this.#placeOf(right)];
    this.#steps.push(({ columns, nulls, size }) => {
      const [first, second] = [columns[a]!, columns[b]!];
      const [firstNull, secondNull] = [nulls[a]!, nulls[b]!];
      collect(bits, size, (row) => {
        if (firstNull[row] === 1 && secondNull[row] === 1) return operator === '==';
        return compareValues(operator, first[row]!, second[row]!);
      });
    });
  }

  #ladderOf(column: RuleColumn): NumberLadder {
    const place = this.#placeOf(column);
    const ladder = this.#ladders.get(place) ?? new NumberLadder(this.#batchSize);
    this.#ladders.set(place, ladder);
    return ladder;
  }

  #placeOf({ name }: RuleColumn): number {
    const place = this.columns.indexOf(name);
    return place >= 0 ? place : this.columns.push(name) - 1;
  }
}

function isInMemory(test: Test): boolean {
  if (test.kind === 'text') return false;
  return isNumeric(test.kind === 'compare_columns' ? test.left : test.column);
}

/** Whether a column is streamed as it is: a double has every number and boolean as rules see it. */
function isNumeric(column: RuleColumn): boolean {
  const family = familyOf(column);
  return family === 'number' || family === 'boolean';
}

/** Of a literal that is compared with a numeric column. */
function numberOf({ value }: Literal): number {
  return Number(value);
}

function collect(bits: BitWords, size: number, holds: (row: number) => boolean): void {
  for (let word = 0, row = 0; row < size; word++) {
    const end = Math.min(row + 32, size);
    let found = 0;
    for (let bit = 0; row < end; row++, bit++) found |= Number(holds(row)) << bit;
    bits[word] = found;
  }
}

const block = new Int32Array(32);

function unpack(integers: Float64Array, size: number, outs: readonly BitWords[]): void {
  for (let from = 0; from < size; from += 32) {
    const count = Math.min(32, size - from);
    block.fill(0, count);
    for (let i = 0; i < count; i++) block[i] = integers[from + i]!;
    transpose32(block, 0);
    for (let test = 0; test < outs.length; test++) outs[test]![from >> 5] = block[test]!;
  }
}
