import { AppError } from '@segcast/contracts';
import type { Model } from '../models/load-models.ts';
import { compareEngines } from './compare-engines.ts';
import { Engine, type EngineName } from './engine.ts';
import { loadTfjsNode, type TfjsNodeLoader } from './load-tfjs-node.ts';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';

export type EnginePreference = EngineName | 'auto';

export interface CreateEngineOptions {
  preference: EnginePreference;
  /** The models it will run: an engine that does not reproduce their check rows is refused. */
  checkModels: readonly Model[];
  /** Imports `@tensorflow/tfjs-node`, where that is not done by its name. */
  loadTfjsNode?: TfjsNodeLoader;
}

/**
 * The engine of this thread. `auto` takes tfjs-node where it is installed, agrees with plain
 * arithmetic, answers the same bits in any batch and is the faster; else tfjs-wasm, with the
 * reason in `notes`. A timing may fall out differently at the next start, so let one thread choose
 * and have the others ask for its choice by name.
 *
 * @throws AppError `engine_unavailable` saying what was refused and why.
 */
export async function createEngine(options: CreateEngineOptions): Promise<Engine> {
  switch (options.preference) {
    case 'tfjs-wasm':
      return openWasm(options);
    case 'tfjs-node':
      return openNode(options);
    case 'auto':
      return chooseEngine(options);
  }
}

async function openWasm({ checkModels }: CreateEngineOptions): Promise<Engine> {
  return checked(new Engine('tfjs-wasm', await loadTfjsWasm()), checkModels);
}

async function openNode(options: CreateEngineOptions): Promise<Engine> {
  const backend = await loadTfjsNode(options.loadTfjsNode);
  return checked(new Engine('tfjs-node', backend), options.checkModels);
}

async function checked(engine: Engine, models: readonly Model[]): Promise<Engine> {
  for (const model of models) (await engine.load(model)).dispose();
  return engine;
}

async function chooseEngine(options: CreateEngineOptions): Promise<Engine> {
  const wasm = await openWasm(options);
  try {
    const node = await openNode(options);
    const drawback = await compareEngines(node, wasm, options.checkModels);
    if (drawback === null) return node;
    wasm.notes.push(drawback);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    wasm.notes.push(error.message);
  }
  return wasm;
}
