import { AppError } from '@segcast/contracts';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Model } from '../models/load-models.ts';
import { calibrate } from '../models/calibrate.ts';
import { networkWidth } from '../models/manifest-input.ts';
import { checkModel } from './check-model.ts';
import { denseChain, type Network } from './dense-chain.ts';
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
  readonly #read: TfjsBackend['read'];
  readonly #loaded = new Set<Network>();

  constructor(name: EngineName, { tf, backend, read }: TfjsBackend) {
    this.name = name;
    this.version = tf.version_core;
    this.#tf = tf;
    this.#backend = backend;
    this.#read = read;
  }

  /**
   * Loads a model and proves the engine on its check rows. Its answers come calibrated.
   *
   * @throws AppError `invalid_model` when it is not the network its manifest describes,
   *   `engine_unavailable` when the engine's answers are not those of plain arithmetic.
   */
  async load(model: Model): Promise<EngineModel> {
    const { bgnbd, calibration } = model.manifest;
    const loaded = bgnbd ? bgnbdModel(bgnbd, calibration) : await this.#loadNetwork(model);
    try {
      checkModel(this.name, model, loaded);
    } catch (error) {
      loaded.dispose();
      throw error;
    }
    return loaded;
  }

  dispose(): void {
    for (const network of this.#loaded) network.dispose();
    this.#loaded.clear();
  }

  async #loadNetwork(model: Model): Promise<EngineModel> {
    this.#makeCurrent();
    const network = denseChain(this.#tf, model.artifacts!) ?? (await this.#loadLayers(model));
    try {
      checkShape(model, network);
    } catch (error) {
      network.dispose();
      throw error;
    }
    this.#loaded.add(network);
    const { calibration, outputs } = model.manifest;
    const [width] = network.shape;
    return {
      predict: (input, rows, output) => {
        this.#predict(network, input.subarray(0, rows * width), [rows, width], output);
        if (calibration)
          calibrate(output.subarray(0, rows * outputs.length), outputs.length, calibration);
      },
      dispose: () => {
        if (this.#loaded.delete(network)) network.dispose();
      },
    };
  }

  async #loadLayers({ manifest, artifacts }: Model): Promise<Network> {
    try {
      return toNetwork(await this.#tf.loadLayersModel({ load: () => Promise.resolve(artifacts!) }));
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
    network: Network,
    input: Float32Array,
    shape: [rows: number, width: number],
    output: Float32Array,
  ): void {
    this.#makeCurrent();
    this.#tf.tidy(() => {
      this.#read(network.forward(this.#tf.tensor2d(input, shape)), output);
    });
  }

  /** Takes effect at once: a back end that has run before needs no waiting for. */
  #makeCurrent(): void {
    if (this.#tf.getBackend() !== this.#backend) void this.#tf.setBackend(this.#backend);
  }
}

/** Any network of TensorFlow.js, by its own class; NaN stands for what is no row of numbers. */
function toNetwork(layers: LayersModel): Network {
  const widthOf = (tensors: readonly { shape: (number | null)[] }[]): number =>
    tensors.length === 1 && tensors[0]!.shape.length === 2 ? (tensors[0]!.shape[1] ?? NaN) : NaN;
  return {
    shape: [widthOf(layers.inputs), widthOf(layers.outputs)],
    forward: (input) => layers.predictOnBatch(input) as Tensor,
    dispose: () => void layers.dispose(),
  };
}

function checkShape({ manifest }: Model, { shape }: Network): void {
  const { name, version, inputs, outputs } = manifest;
  const expected = [networkWidth(inputs), outputs.length];
  if (shape[0] === expected[0] && shape[1] === expected[1]) return;
  throw new AppError(
    'invalid_model',
    `The network of the model ${name} ${version} takes ${shape[0]} numbers and answers ${shape[1]}, its manifest describes ${expected.join(' and ')}.`,
  );
}
