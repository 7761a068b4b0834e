import { createRequire } from 'node:module';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

const require = createRequire(import.meta.url);

/*
 * The packages of TensorFlow.js that are needed: half the memory of the whole `@tensorflow/tfjs`.
 * They load when first asked for, and by `require`: an `import` of such large CommonJS files reads
 * them twice and costs every thread some 400 ms and 35 MB more.
 */

export function tfjsCore(): typeof core {
  return require('@tensorflow/tfjs-core') as typeof core;
}

/** For training, and for networks that are more than a chain of dense layers. */
export function tfjsLayers(): typeof layers {
  return require('@tensorflow/tfjs-layers') as typeof layers;
}

/** Makes the WebAssembly back end known to TensorFlow.js. */
export function registerWasmBackend(): void {
  require('@tensorflow/tfjs-backend-wasm');
}
