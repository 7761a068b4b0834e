import type { io } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { loadTfjsWasm } from '../engine/load-tfjs-wasm.ts';
import { tfjsCore, tfjsLayers } from '../engine/tfjs-packages.ts';
import type { DenseLayer } from '../models/plain-network.ts';
import { toArtifacts, toDenseLayers } from '../models/take-network.ts';

export interface TrainingTask {
  name: string;
  seed: number;
  rows: number;
  /** Standardised, row-major. */
  inputs: Float32Array;
  /** Row-major, one value per output. */
  targets: Float32Array;
  output: { units: number; activation: 'sigmoid' | 'softmax' };
}

export interface TrainedNetwork {
  artifacts: io.ModelArtifacts;
  layers: DenseLayer[];
  /** The version of TensorFlow.js that trained it. */
  tfjs: string;
}

const HIDDEN_UNITS = [32, 16];
const EPOCHS = 12;
const BATCH_SIZE = 512;
const LEARNING_RATE = 0.02;

/**
 * Trains a network on the WebAssembly back end, whose arithmetic is the same on every machine:
 * the same task gives the same bytes.
 */
export async function trainNetwork(task: TrainingTask): Promise<TrainedNetwork> {
  const { tf } = await loadTfjsWasm();
  const core = tfjsCore();
  const model = buildNetwork(task);
  const optimizer = core.train.adam(LEARNING_RATE);
  const inputs = core.tensor2d(task.inputs, [task.rows, task.inputs.length / task.rows]);
  const targets = core.tensor2d(task.targets, [task.rows, task.output.units]);
  try {
    model.compile({
      optimizer,
      loss: task.output.activation === 'softmax' ? 'categoricalCrossentropy' : 'binaryCrossentropy',
    });
    // Shuffling would draw from Math.random.
    const how = { epochs: EPOCHS, batchSize: BATCH_SIZE, shuffle: false, verbose: 0 } as const;
    await model.fit(inputs, targets, { ...how, yieldEvery: 'never' });
    return {
      artifacts: await toArtifacts(model),
      layers: toDenseLayers(model, task.output.activation),
      tfjs: tf.version_core,
    };
  } finally {
    core.dispose([inputs, targets]);
    model.dispose();
    optimizer.dispose();
  }
}

function buildNetwork({ name, seed, rows, inputs, output }: TrainingTask): Sequential {
  const { sequential, layers, initializers } = tfjsLayers();
  const initial = (layer: number) => initializers.glorotUniform({ seed: seed * 3 + layer });
  const [first, second] = HIDDEN_UNITS as [number, number];
  return sequential({
    name,
    layers: [
      layers.dense({
        name: 'hidden_1',
        inputShape: [inputs.length / rows],
        units: first,
        activation: 'relu',
        kernelInitializer: initial(0),
      }),
      layers.dense({
        name: 'hidden_2',
        units: second,
        activation: 'relu',
        kernelInitializer: initial(1),
      }),
      layers.dense({ name: 'output', ...output, kernelInitializer: initial(2) }),
    ],
  });
}
