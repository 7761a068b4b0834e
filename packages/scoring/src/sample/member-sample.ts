import type { RawRow } from '../explain/explainer.ts';
import type { ModelInput } from '../models/manifest-input.ts';
import { OUTCOME, type Scorer, type ScoringBatch } from '../scorer/scoring-batch.ts';
import { PROBABILITY_STEPS } from '../stats/partial-stats.ts';
import { idHash } from './id-hash.ts';
import type { InputCounts, SampledStats } from './sampled-stats.ts';

/** Enough for a PSI that is right to a hundredth; counting all would cost a tenth of a run. */
const DRIFT_MEMBERS = 20_000;
/** At some 8 ms each, by a quarter of the background. */
const EXPLAINED_MEMBERS = 100;
const EXPLAINED_BACKGROUND = 25;
const HASHES = 2 ** 32;

/** A batch with its customers' ids. */
export interface SampleBatch extends ScoringBatch {
  ids: Uint8Array;
  idOffsets: Int32Array;
}

interface InputCounter {
  place: number;
  edges: readonly number[];
  counts: number[];
}

export interface MemberSampleOptions {
  scorer: Scorer;
  /** How many members the whole run is about to have. */
  estimate: number;
  /** Whether churn is to be explained. */
  explain: boolean;
}

/**
 * Looks closely at some members while all are scored: how their inputs are spread, and for some what
 * drives their churn. A hash of the id chooses them, so that shards and their order do not matter.
 */
export class MemberSample {
  readonly #scorer: Scorer;
  readonly #counters: readonly InputCounter[];
  readonly #drift: SampledStats['drift'] = {};
  /** Members are counted whose hash is below the first, and explained below the second. */
  readonly #counted: number;
  readonly #explained: number;
  readonly #rows: { hash: number; row: RawRow }[] = [];

  constructor({ scorer, estimate, explain }: MemberSampleOptions) {
    this.#scorer = scorer;
    const limit = (members: number) => Math.min(1, members / Math.max(1, estimate)) * HASHES;
    this.#counted = limit(DRIFT_MEMBERS);
    this.#explained = explain ? limit(EXPLAINED_MEMBERS) : 0;
    const counters: InputCounter[] = [];
    for (const { name, manifest, places } of scorer.networks) {
      this.#drift[name] = manifest.inputs.flatMap((input, index) => {
        const counts = emptyCounts(input);
        if (counts === null) return [];
        const { edges } = input.histogram!;
        counters.push({ place: places[index]!, edges, counts: counts.counts });
        return [counts];
      });
    }
    this.#counters = counters;
  }

  /** @param outcome one `OUTCOME` per member, as the scorer gave it */
  add(batch: SampleBatch, outcome: Uint8Array): void {
    if (this.#counters.length === 0 && this.#explained === 0) return;
    const { size, ids, idOffsets } = batch;
    for (let row = 0; row < size; row++) {
      const hash = idHash(ids, idOffsets[row]!, idOffsets[row + 1]!);
      if (hash >= this.#counted || outcome[row] === OUTCOME.failed) continue;
      for (const counter of this.#counters) count(counter, batch, row);
      if (hash < this.#explained) this.#keep(hash, batch, row);
    }
  }

  /** What the members added show. Explaining them takes some milliseconds each. */
  result(): SampledStats {
    return { drift: this.#drift, drivers: this.#explained === 0 ? null : this.#explain() };
  }

  /** An estimate that was far too small must not keep everybody. */
  #keep(hash: number, batch: SampleBatch, row: number): void {
    this.#rows.push({ hash, row: rawRow(this.#scorer, batch, row) });
    if (this.#rows.length < 4 * EXPLAINED_MEMBERS) return;
    this.#rows.sort((a, b) => a.hash - b.hash);
    this.#rows.length = 2 * EXPLAINED_MEMBERS;
  }

  #explain(): SampledStats['drivers'] {
    const explainer = this.#scorer.explainer(EXPLAINED_BACKGROUND);
    const inputs = explainer.inputs.map(({ column }) => ({ column, sum: 0, absolute: 0 }));
    let baseline = 0;
    for (const { row } of this.#rows) {
      const explanation = explainer.explain(row);
      baseline += toSteps(explanation.baseline);
      inputs.forEach((input, index) => {
        const steps = toSteps(explanation.contributions[index]!);
        input.sum += steps;
        input.absolute += Math.abs(steps);
      });
    }
    return { members: this.#rows.length, baseline, inputs };
  }
}

function emptyCounts({ column, histogram }: ModelInput): InputCounts | null {
  if (histogram === undefined) return null;
  const expected = [...histogram.counts, histogram.nulls];
  return { column, expected, counts: expected.map(() => 0) };
}

function count({ place, edges, counts }: InputCounter, batch: ScoringBatch, row: number): void {
  const value = batch.columns[place]![row]!;
  let bin = 0;
  if (batch.nulls[place]![row] === 1) bin = counts.length - 1;
  else while (bin < edges.length && edges[bin]! <= value) bin++;
  counts[bin]!++;
}

/** The churn model's raw inputs of one member. */
function rawRow(scorer: Scorer, batch: ScoringBatch, row: number): RawRow {
  const churn = scorer.networks.find(({ name }) => name === 'churn');
  return churn!.places.map((place) =>
    batch.nulls[place]![row] === 1 ? null : batch.columns[place]![row]!,
  );
}

function toSteps(value: number): number {
  return Math.round(value * PROBABILITY_STEPS);
}
