import { AppError } from '@segcast/contracts';
import type { EngineModel } from '../engine/engine-model.ts';
import type { ModelInput } from '../models/manifest-input.ts';
import type { ModelManifest } from '../models/model-manifest.ts';
import { standardizeRows } from '../models/standardize.ts';
import { seededRandom, shuffle } from '../placeholder/seeded-random.ts';
import { CoalitionMeans, type Coalition } from './coalition-means.ts';
import { exactShapley } from './shapley.ts';

/** Above so many inputs, 2^inputs coalitions are too many, and orders are sampled. */
const MOST_EXACT_INPUTS = 12;
/** Each is walked forwards and backwards. */
const SAMPLED_ORDERS = 64;
const ORDERS_SEED = 1;

/** A raw value per input of a model, in their order; null where unknown. */
export type RawRow = readonly (number | null)[];

export interface Explanation {
  /** The mean answer for the background: of a customer of whom nothing is known. */
  baseline: number;
  /** In the order of the inputs; with the baseline they sum to the model's answer. */
  contributions: Float64Array;
}

export interface ExplainerOptions {
  manifest: ModelManifest;
  /** The model in an engine's memory. */
  model: EngineModel;
  /** Rows of the background to use, evenly spread; by default all. */
  backgroundRows?: number;
}

/**
 * Explains a model's first answer by Shapley values against the background rows of its manifest:
 * exact up to 12 inputs, from seeded orders of the inputs above, the same for equal customers.
 */
export class Explainer {
  readonly #manifest: ModelManifest;
  readonly #means: CoalitionMeans;
  readonly #orders: readonly (readonly number[])[];

  /** @throws AppError `model_unexplainable` where the manifest has no background. */
  constructor({ manifest, model, backgroundRows }: ExplainerOptions) {
    const { inputs } = manifest;
    const background = spread(backgroundOf(manifest), backgroundRows);
    this.#manifest = manifest;
    this.#means = new CoalitionMeans(model, inputs, standardizeRows(background, inputs));
    this.#orders = inputs.length > MOST_EXACT_INPUTS ? sampleOrders(inputs.length) : [];
  }

  /** What it explains by, in the order of the contributions. */
  get inputs(): readonly ModelInput[] {
    return this.#manifest.inputs;
  }

  explain(row: RawRow): Explanation {
    const { inputs } = this.#manifest;
    const customer = standardizeRows([row], inputs);
    return inputs.length > MOST_EXACT_INPUTS
      ? this.#sampled(customer, inputs.length)
      : this.#exact(customer, inputs.length);
  }

  #exact(customer: Float32Array, inputs: number): Explanation {
    const coalitions = Array.from(
      { length: 2 ** inputs },
      (_, bits): Coalition =>
        (input) =>
          (bits & (1 << input)) !== 0,
    );
    const values = this.#means.of(customer, coalitions);
    return { baseline: values[0]!, contributions: exactShapley(values, inputs) };
  }

  #sampled(customer: Float32Array, inputs: number): Explanation {
    const contributions = new Float64Array(inputs);
    let baseline = 0;
    for (const order of this.#orders) {
      const place = order.map((_, input) => order.indexOf(input));
      const coalitions = Array.from(
        { length: inputs + 1 },
        (_, known): Coalition =>
          (input) =>
            place[input]! < known,
      );
      const values = this.#means.of(customer, coalitions);
      baseline = values[0]!;
      order.forEach((input, step) => {
        contributions[input]! += (values[step + 1]! - values[step]!) / this.#orders.length;
      });
    }
    return { baseline, contributions };
  }
}

/** The background rows of a model. Throws `model_unexplainable` where it has none. */
function backgroundOf({ name, version, background }: ModelManifest) {
  if (background !== undefined && background.length > 0) return background;
  throw new AppError(
    'model_unexplainable',
    `The version ${version} of ${name} has no background rows in its manifest, so its answers cannot be explained. Train a version, which will have them.`,
  );
}

function spread<T>(rows: readonly T[], most = rows.length): T[] {
  const count = Math.min(most, rows.length);
  return Array.from({ length: count }, (_, n) => rows[Math.floor((n * rows.length) / count)]!);
}

/** Shuffled orders, each with its reverse, which evens out what comes early and late. */
function sampleOrders(inputs: number): number[][] {
  const random = seededRandom(ORDERS_SEED);
  return Array.from({ length: SAMPLED_ORDERS }, () => {
    const order = Array.from({ length: inputs }, (_, input) => input);
    shuffle(order, random);
    return [order, order.toReversed()];
  }).flat();
}
