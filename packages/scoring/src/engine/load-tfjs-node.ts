import { AppError } from '@segcast/contracts';
import util from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs, TfjsBackend } from './tfjs.ts';

/** Answers the module `@tensorflow/tfjs-node`; rejects where it is not installed. */
export type TfjsNodeLoader = () => Promise<unknown>;

// A name in a variable keeps type checks independent of whether the optional package is there.
const PACKAGE: string = '@tensorflow/tfjs-node';
const importTfjsNode: TfjsNodeLoader = () => import(PACKAGE);

/**
 * TensorFlow.js on libtensorflow, where the optional package and its native library are installed.
 *
 * @throws AppError `engine_unavailable` saying why it cannot be used.
 */
export async function loadTfjsNode(load: TfjsNodeLoader = importTfjsNode): Promise<TfjsBackend> {
  defineIsNullOrUndefined();
  let module: unknown;
  try {
    module = await load();
  } catch (error) {
    throw refused('cannot be imported', error);
  }
  if (!isTfjs(module)) throw refused('is not the module that was expected');
  try {
    module.enableProdMode();
    if (await module.setBackend('tensorflow')) return { tf: module, backend: 'tensorflow', read };
  } catch (error) {
    throw refused('cannot start its back end', error);
  }
  throw refused('cannot start its back end');
}

function read(tensor: Tensor, output: Float32Array): void {
  output.set(tensor.dataSync<'float32'>());
}

/** tfjs-node still calls what Node.js 23 took away. */
function defineIsNullOrUndefined(): void {
  if ('isNullOrUndefined' in util) return;
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null });
}

function isTfjs(module: unknown): module is Tfjs {
  const methods: readonly string[] = [
    'enableProdMode',
    'getBackend',
    'loadLayersModel',
    'setBackend',
    'softmax',
    'tensor1d',
    'tensor2d',
    'tidy',
  ];
  return (
    typeof module === 'object' &&
    module !== null &&
    methods.every((name) => name in module && typeof Reflect.get(module, name) === 'function')
  );
}

function refused(fault: string, cause?: unknown): AppError {
  const reason = cause instanceof Error ? ` (${cause.message.split('\n')[0]!.trim()})` : '';
  return new AppError(
    'engine_unavailable',
    `The engine tfjs-node is not usable: ${PACKAGE} ${fault}${reason}. Install it with its native library, or set SCORING_ENGINE=tfjs-wasm.`,
    { cause },
  );
}
