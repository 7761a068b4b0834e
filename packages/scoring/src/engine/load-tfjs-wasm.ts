import { AppError } from '@segcast/contracts';
import { registerWasmBackend, tfjsCore, tfjsLayers } from './tfjs-packages.ts';
import type { Tfjs, TfjsBackend } from './tfjs.ts';

/**
 * TensorFlow.js on its WebAssembly back end.
 *
 * @throws AppError `engine_unavailable` when the back end does not start.
 */
export async function loadTfjsWasm(): Promise<TfjsBackend> {
  const core = tfjsCore();
  core.enableProdMode();
  registerWasmBackend();
  if (!(await keepProcessListeners(() => core.setBackend('wasm')))) {
    throw new AppError(
      'engine_unavailable',
      'The engine tfjs-wasm cannot start: this Node.js does not run its WebAssembly. Use Node.js 20.19 or later.',
    );
  }
  const loadLayersModel: Tfjs['loadLayersModel'] = (handler, options) =>
    tfjsLayers().loadLayersModel(handler, options);
  const read = readerOf(core.backend() as unknown as WasmMemory);
  return { tf: { ...core, loadLayersModel }, backend: 'wasm', read };
}

/** What the back end shows of its memory; its own types leave out Emscripten's part of it. */
interface WasmMemory {
  getMemoryOffset(dataId: object): number;
  wasm: { HEAPU8: Uint8Array };
}

/**
 * Reads from where the back end has a tensor. Its own reading makes a copy more, megabytes a shard
 * outside of V8's heap, for which V8 collects.
 */
function readerOf(backend: WasmMemory): TfjsBackend['read'] {
  return (tensor, output) => {
    const at = backend.getMemoryOffset(tensor.dataId);
    // Its memory is another buffer whenever it has grown.
    output.set(new Float32Array(backend.wasm.HEAPU8.buffer, at, tensor.size));
  };
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * The compiled WebAssembly installs handlers of its own that throw every uncaught error again;
 * what happens to those is for the application to say.
 */
async function keepProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  const before = EVENTS.map((event) => new Set<unknown>(process.listeners(event as 'exit')));
  try {
    return await work();
  } finally {
    EVENTS.forEach((event, index) => {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener);
      }
    });
  }
}
