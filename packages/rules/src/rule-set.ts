import { andInto, fillBits, invert, orInto, wordsFor, type BitWords } from './bit-words.ts';
import { RuleTests, type RuleBatch } from './rule-tests.ts';
import type { Rule } from './rule.ts';

type Node =
  | { kind: 'constant'; value: boolean }
  | { kind: 'and' | 'or'; nodes: readonly Node[] }
  | { kind: 'not'; node: Node }
  | { kind: 'test'; bits: BitWords };

/**
 * Any number of rules over the same customers, told apart for a batch at a time. What they have in
 * common is tested once: numbers and booleans column by column in memory, texts and times in SQL,
 * which answers up to 31 tests in one integer; their trees are operations on words of 32 customers.
 * It says of a customer what `toSqlCondition` and `toPredicate` say.
 */
export class RuleSet {
  readonly #tests: RuleTests;
  readonly #nodes: readonly Node[];
  readonly #results: readonly BitWords[];
  /** Room for the branches of a tree, by depth. */
  readonly #rooms: BitWords[] = [];
  readonly #capacity: number;

  constructor(rules: readonly Rule[], batchSize: number) {
    this.#capacity = wordsFor(batchSize);
    this.#tests = new RuleTests(batchSize);
    this.#nodes = rules.map((rule) => this.#compile(rule));
    this.#tests.seal();
    this.#results = rules.map(() => new Int32Array(this.#capacity));
  }

  /** Names of number and boolean columns, which a batch must have first. */
  get columns(): readonly string[] {
    return this.#tests.columns;
  }

  /** SQL expressions of the type integer, never null, which a batch must have after the columns. */
  get expressions(): readonly string[] {
    return this.#tests.expressions;
  }

  /** For each rule a bit per customer of the batch; valid until the next call. */
  evaluate(batch: RuleBatch): readonly BitWords[] {
    this.#tests.evaluate(batch);
    this.#nodes.forEach((node, i) => this.#fill(node, this.#results[i]!, batch.size, 0));
    return this.#results;
  }

  #compile(rule: Rule): Node {
    switch (rule.kind) {
      case 'constant':
        return rule;
      case 'and':
      case 'or':
        return { kind: rule.kind, nodes: rule.rules.map((each) => this.#compile(each)) };
      case 'not':
        return { kind: 'not', node: this.#compile(rule.rule) };
      default:
        return { kind: 'test', bits: this.#tests.bitsOf(rule) };
    }
  }

  #fill(node: Node, out: BitWords, size: number, depth: number): void {
    switch (node.kind) {
      case 'constant':
        if (node.value) fillBits(out, size);
        else out.fill(0, 0, wordsFor(size));
        return;
      case 'test':
        out.set(node.bits);
        return;
      case 'not':
        this.#fill(node.node, out, size, depth);
        invert(out, size);
        return;
      case 'and':
      case 'or':
        this.#join(node, out, size, depth);
    }
  }

  #join(
    { kind, nodes }: Extract<Node, { nodes: unknown }>,
    out: BitWords,
    size: number,
    depth: number,
  ): void {
    const [first = { kind: 'constant', value: kind === 'and' } as const, ...others] = nodes;
    this.#fill(first, out, size, depth);
    const join = kind === 'and' ? andInto : orInto;
    for (const node of others) join(out, this.#bitsOf(node, size, depth), wordsFor(size));
  }

  #bitsOf(node: Node, size: number, depth: number): BitWords {
    if (node.kind === 'test') return node.bits;
    const room = (this.#rooms[depth] ??= new Int32Array(this.#capacity));
    this.#fill(node, room, size, depth + 1);
    return room;
  }
}
