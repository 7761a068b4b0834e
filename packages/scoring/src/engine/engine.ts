import { AppError } from '@segcast/contracts';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Model } from '../models/load-models.ts';
import { calibrate } from '../models/calibrate.ts';
import { networkWidth } from '../models/manifest-input.ts';
import { checkModel } from './check-model.ts';
import { denseChain, type Forward } from './dense-chain.ts';
import type { EngineModel } from './engine-model.ts';
import { bgnbdModel } from './formula-model.ts';
import type { Tfjs, TfjsBackend } from './tfjs.ts';

export type EngineName = 'tfjs-wasm' | 'tfjs-node';

/**
 * TensorFlow.js on one back end. Its state belongs to the thread, so every worker thread has an
 * engine of its own; `dispose` frees the models it still holds.
 */
export class Engine {
  readonly name: EngineName;
  /** The version of TensorFlow.js. */
  readonly version: string;
  /** Why another engine was not taken, where one was tried. */
  readonly notes: string[] = [];
  readonly #tf: Tfjs;
  readonly #backend: string;
  readonly #loaded = new Set<LayersModel>();

  constructor(name: EngineName, { tf, backend }: TfjsBackend) {
    this.name = name;
    this.version = tf.version_core;
    this.#tf = tf;
    this.#backend = backend;
  }

  /**
   * Loads a model and proves the engine on its check rows. Its answers come calibrated.
   *
   * @throws AppError `invalid_model` when it is not the network its manifest describes,
   *   `engine_unavailable` when the engine's answers are not those of plain arithmetic.
   */
  async load(model: Model): Promise<EngineModel> {
    const { bgnbd } = model.manifest;
    const loaded = bgnbd ? bgnbdModel(bgnbd) : await this.#loadNetwork(model);
    try {
      checkModel(this.name, model, loaded);
    } catch (error) {
      loaded.dispose();
      throw error;
    }
    return loaded;
  }

  dispose(): void {
    for (const layers of this.#loaded) layers.dispose();
    this.#loaded.clear();
  }

  async #loadNetwork(model: Model): Promise<EngineModel> {
    this.#makeCurrent();
    const layers = await this.#loadLayers(model);
    try {
      checkShape(model, layers);
    } catch (error) {
      layers.dispose();
      throw error;
    }
    this.#loaded.add(layers);
    const { calibration, outputs } = model.manifest;
    const width = layers.inputs[0]!.shape[1]!;
    const forward =
      denseChain(this.#tf, layers) ?? ((matrix) => layers.predictOnBatch(matrix) as Tensor);
    return {
      predict: (input, rows, output) => {
        this.#predict(forward, input.subarray(0, rows * width), [rows, width], output);
        if (calibration)
          calibrate(output.subarray(0, rows * outputs.length), outputs.length, calibration);
      },
      dispose: () => {
        if (this.#loaded.delete(layers)) layers.dispose();
      },
    };
  }

  async #loadLayers({ manifest, artifacts }: Model): Promise<LayersModel> {
    try {
      return await this.#tf.loadLayersModel({ load: () => Promise.resolve(artifacts!) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError(
        'invalid_model',
        `TensorFlow.js cannot load the model ${manifest.name} ${manifest.version}: ${reason}`,
        { cause: error },
      );
    }
  }

  #predict(
    forward: Forward,
    input: Float32Array,
    shape: [rows: number, width: number],
    output: Float32Array,
  ): void {
    this.#makeCurrent();
    this.#tf.tidy(() => {
      output.set(forward(this.#tf.tensor2d(input, shape)).dataSync<'float32'>());
    });
  }

  /** Takes effect at once: a back end that has run before needs no waiting for. */
  #makeCurrent(): void {
    if (this.#tf.getBackend() !== this.#backend) void this.#tf.setBackend(this.#backend);
  }
}

function checkShape({ manifest }: Model, layers: LayersModel): void {
  const { name, version, inputs, outputs } = manifest;
  const expected = JSON.stringify([[[null, networkWidth(inputs)]], [[null, outputs.length]]]);
  const found = JSON.stringify([
    layers.inputs.map((tensor) => tensor.shape),
    layers.outputs.map((tensor) => tensor.shape),
  ]);
  if (found === expected) return;
  throw new AppError(
    'invalid_model',
    `The network of the model ${name} ${version} has inputs and outputs of the shapes ${found}, its manifest describes ${expected}.`,
  );
}
