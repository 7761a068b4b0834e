import { createRequire } from 'node:module';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

const require = createRequire(import.meta.url);

/**
 * The two packages of TensorFlow.js that are needed: half the memory of the whole
 * `@tensorflow/tfjs`. They load when first asked for, and by `require`: an `import` of such large
 * CommonJS files reads them twice and costs every thread some 400 ms and 35 MB more.
 */
export function tfjsPackages(): { core: typeof core; layers: typeof layers } {
  return {
    core: require('@tensorflow/tfjs-core') as typeof core,
    layers: require('@tensorflow/tfjs-layers') as typeof layers,
  };
}

/** Makes the WebAssembly back end known to TensorFlow.js. */
export function registerWasmBackend(): void {
  require('@tensorflow/tfjs-backend-wasm');
}
