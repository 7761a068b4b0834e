import { AppError } from '@segcast/contracts';
import {
  loadTrainingBackend,
  seededRandom,
  shuffle,
  toArtifacts,
  toDenseLayers,
  type DenseLayer,
  type TrainingBackend,
} from '@segcast/scoring';
import type { AdamOptimizer, io, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { EncodedRows } from '../data/encode-rows.ts';
import type { Rows, Split } from '../data/split.ts';
import { meanOf } from '../evaluate/values-of.ts';
import { predictRows } from './predict-rows.ts';

export interface FitOptions {
  name: string;
  seed: number;
  /** Units of the hidden layers; none makes a logistic regression. */
  hidden: readonly number[];
  output: { units: number; activation: 'sigmoid' | 'softmax' };
  rows: EncodedRows;
  /** One per row: 0 or 1, or the index of the offer. */
  labels: Float64Array;
  split: Pick<Split, 'train' | 'validation'>;
  /** What a row counts by its label. */
  classWeights: readonly number[];
  maxEpochs: number;
  onEpoch?: (epoch: number, validationLoss: number) => void | Promise<void>;
  signal?: AbortSignal | undefined;
}

export interface FittedNetwork {
  /** Units of its hidden layers. */
  hidden: readonly number[];
  artifacts: io.ModelArtifacts;
  layers: DenseLayer[];
  /** Epochs until the weights that were kept. */
  epochs: number;
  /** Log-loss of each validation row, and on average. */
  validationLosses: Float64Array;
  validationLoss: number;
  /** The version of TensorFlow.js. */
  tfjs: string;
}

const LEARNING_RATE = 0.004;
/** By which the weights shrink after each epoch. */
const DECAY = 0.02;
/** Epochs without a better validation loss after which training ends. */
const PATIENCE = 6;
/** Better by less than this counts as no better. */
const LEAST_GAIN = 1e-5;
const LEAST_PROBABILITY = 1e-7;

/**
 * Trains a network by mini-batches that are gathered as they are needed, and keeps the weights of
 * the epoch with the least loss on the validation rows. The same options give the same weights.
 *
 * @throws AppError `run_cancelled` when the signal aborts.
 */
export async function fitNetwork(options: FitOptions): Promise<FittedNetwork> {
  const backend = await loadTrainingBackend();
  const model = buildNetwork(backend, options);
  const optimizer = backend.core.train.adam(LEARNING_RATE);
  const random = seededRandom(options.seed);
  const { split, signal } = options;
  let best = { loss: Infinity, losses: new Float64Array(), epoch: 0, weights: [] as Tensor[] };
  try {
    const order = Uint32Array.from(split.train);
    for (let epoch = 1; epoch <= options.maxEpochs && epoch - best.epoch <= PATIENCE; epoch++) {
      shuffle(order, random);
      trainEpoch(backend, model, optimizer, order, options);
      const losses = validationLosses(model, options);
      const loss = meanOf(losses);
      if (loss < best.loss - LEAST_GAIN) {
        backend.core.dispose(best.weights);
        best = { loss, losses, epoch, weights: model.getWeights().map((weight) => weight.clone()) };
      }
      await options.onEpoch?.(epoch, loss);
      if (signal?.aborted) throw new AppError('run_cancelled', 'The training was cancelled.');
    }
    model.setWeights(best.weights);
    return {
      hidden: options.hidden,
      artifacts: await toArtifacts(model),
      layers: toDenseLayers(model, options.output.activation),
      epochs: best.epoch,
      validationLosses: best.losses,
      validationLoss: best.loss,
      tfjs: backend.version,
    };
  } finally {
    backend.core.dispose(best.weights);
    model.dispose();
    optimizer.dispose();
  }
}

function buildNetwork({ layers }: TrainingBackend, options: FitOptions): Sequential {
  const { name, seed, hidden, output, rows } = options;
  const initial = (layer: number) =>
    layers.initializers.glorotUniform({ seed: seed * 31 + layer + 1 });
  const shape = (layer: number) => (layer === 0 ? { inputShape: [rows.width] } : {});
  return layers.sequential({
    name,
    layers: [
      ...hidden.map((units, layer) =>
        layers.layers.dense({
          name: `hidden_${layer + 1}`,
          units,
          activation: 'relu',
          kernelInitializer: initial(layer),
          ...shape(layer),
        }),
      ),
      layers.layers.dense({
        name: 'output',
        ...output,
        kernelInitializer: initial(hidden.length),
        ...shape(hidden.length),
      }),
    ],
  });
}

/** Small batches learn more from few rows, large ones are quicker. */
function batchSizeFor(rows: number): number {
  return 2 ** Math.min(10, Math.max(6, Math.round(Math.log2(rows / 40))));
}

function trainEpoch(
  { core }: TrainingBackend,
  model: Sequential,
  optimizer: AdamOptimizer,
  order: Rows,
  options: FitOptions,
): void {
  const { rows, labels, classWeights, output } = options;
  const { width } = rows;
  const size = batchSizeFor(order.length);
  const inputs = new Float32Array(size * width);
  // What the network gives to the label is Σ answer · sign + rest: p, or 1 − p for a 0.
  const signs = new Float32Array(size * output.units);
  const rests = new Float32Array(size).fill(LEAST_PROBABILITY);
  const weights = new Float32Array(size);
  const variables = model.trainableWeights.map((weight) => weight.read()).filter(isVariable);
  for (let from = 0; from < order.length; from += size) {
    const count = Math.min(size, order.length - from);
    signs.fill(0);
    for (let at = 0; at < count; at++) {
      const row = order[from + at]!;
      const label = labels[row]!;
      for (let c = 0; c < width; c++) inputs[at * width + c] = rows.values[row * width + c]!;
      if (output.units === 1) {
        signs[at] = 2 * label - 1;
        rests[at] = 1 - label + LEAST_PROBABILITY;
      } else {
        signs[at * output.units + label] = 1;
      }
      weights[at] = classWeights[label]!;
    }
    core.tidy(() => {
      const shape: [number, number] = [count, output.units];
      const x = core.tensor2d(inputs.slice(0, count * width), [count, width]);
      const sign = core.tensor2d(signs.slice(0, count * output.units), shape);
      const rest = core.tensor1d(rests.slice(0, count));
      const weight = core.tensor1d(weights.slice(0, count));
      const loss = (): Scalar => {
        const answers = model.apply(x) as Tensor;
        const told = core.add(core.sum(core.mul(answers, sign), 1), rest);
        return core.neg(core.mean(core.mul(core.log(told), weight)));
      };
      optimizer.minimize(loss, false, variables);
    });
  }
  core.tidy(() => {
    for (const variable of variables) {
      if (variable.rank === 2) variable.assign(core.mul(variable, 1 - DECAY));
    }
  });
}

/** Layers of TensorFlow.js keep their weights in variables, and type them as tensors. */
function isVariable(tensor: Tensor): tensor is Variable {
  return 'assign' in tensor;
}

/** Log-loss of each validation row, weighted as in training. */
function validationLosses(model: Sequential, options: FitOptions): Float64Array<ArrayBuffer> {
  const { rows, labels, split, classWeights, output } = options;
  const layers = toDenseLayers(model, output.activation);
  const answers = predictRows(layers, rows, split.validation);
  return Float64Array.from(split.validation, (row, at) => {
    const label = labels[row]!;
    const p = output.units === 1 ? answers[at]! : answers[at * output.units + label]!;
    const told = output.units === 1 && label === 0 ? 1 - p : p;
    return -classWeights[label]! * Math.log(Math.max(told, LEAST_PROBABILITY));
  });
}
