import type { EngineModel } from '../engine/engine-model.ts';
import { inputWidth, networkWidth, type ModelInput } from '../models/manifest-input.ts';

/** Rows in one call of the engine: large enough to cost little each, small enough for any memory. */
const ROWS_PER_CALL = 16_384;

/** The inputs that are known of a customer, by their place; the others are the background's. */
export type Coalition = (input: number) => boolean;

/**
 * The mean of a model's first answer over background rows in which the known inputs have been
 * replaced by a customer's; many coalitions in a call of the engine.
 */
export class CoalitionMeans {
  readonly #model: EngineModel;
  readonly #background: Float32Array;
  readonly #backgroundRows: number;
  readonly #width: number;
  /** Where each input's values begin in a row, and at the end the width. */
  readonly #starts: readonly number[];
  readonly #perCall: number;
  readonly #matrix: Float32Array;
  readonly #answers: Float32Array;

  /** @param background rows as the network takes them, row-major */
  constructor(model: EngineModel, inputs: readonly ModelInput[], background: Float32Array) {
    this.#model = model;
    this.#background = background;
    this.#width = networkWidth(inputs);
    this.#backgroundRows = background.length / this.#width;
    this.#starts = startsOf(inputs);
    this.#perCall = Math.max(1, Math.floor(ROWS_PER_CALL / this.#backgroundRows));
    this.#matrix = new Float32Array(this.#perCall * background.length);
    this.#answers = new Float32Array(this.#perCall * this.#backgroundRows);
  }

  /** @param customer a row as the network takes it */
  of(customer: Float32Array, coalitions: readonly Coalition[]): Float64Array {
    const means = new Float64Array(coalitions.length);
    for (let from = 0; from < coalitions.length; from += this.#perCall) {
      const part = coalitions.slice(from, from + this.#perCall);
      part.forEach((coalition, index) => this.#fill(index, customer, coalition));
      this.#model.predict(this.#matrix, part.length * this.#backgroundRows, this.#answers);
      for (let index = 0; index < part.length; index++) means[from + index] = this.#mean(index);
    }
    return means;
  }

  #fill(index: number, customer: Float32Array, isKnown: Coalition): void {
    const first = index * this.#background.length;
    this.#matrix.set(this.#background, first);
    for (let input = 0; input + 1 < this.#starts.length; input++) {
      if (!isKnown(input)) continue;
      for (let place = this.#starts[input]!; place < this.#starts[input + 1]!; place++) {
        const end = first + this.#background.length;
        for (let at = first + place; at < end; at += this.#width) {
          this.#matrix[at] = customer[place]!;
        }
      }
    }
  }

  #mean(index: number): number {
    let sum = 0;
    const from = index * this.#backgroundRows;
    for (let row = from; row < from + this.#backgroundRows; row++) sum += this.#answers[row]!;
    return sum / this.#backgroundRows;
  }
}

function startsOf(inputs: readonly ModelInput[]): number[] {
  const starts = [0];
  for (const input of inputs) starts.push(starts.at(-1)! + inputWidth(input));
  return starts;
}
