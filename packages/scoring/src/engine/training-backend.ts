import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';
import { tfjsCore, tfjsLayers } from './tfjs-packages.ts';

/** TensorFlow.js as training works with it. */
export interface TrainingBackend {
  core: typeof core;
  layers: typeof layers;
  version: string;
}

/**
 * The WebAssembly back end for training: it is always there, and its arithmetic is the same on
 * every machine.
 *
 * @throws AppError `engine_unavailable` when it does not start.
 */
export async function loadTrainingBackend(): Promise<TrainingBackend> {
  const { tf } = await loadTfjsWasm();
  return { core: tfjsCore(), layers: tfjsLayers(), version: tf.version_core };
}
