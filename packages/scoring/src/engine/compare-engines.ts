import type { Model } from '../models/load-models.ts';
import { standardizeRows } from '../models/standardize.ts';
import { isBatchIndependent } from './check-model.ts';
import type { EngineModel } from './engine-model.ts';
import type { Engine } from './engine.ts';

const TIMED_ROWS = 4096;
const WARM_UP_CALLS = 3;
const TIMED_CALLS = 7;

/** Why `wasm` is to be preferred to `node` for these models, or null where it is not. */
export async function compareEngines(
  node: Engine,
  wasm: Engine,
  models: readonly Model[],
): Promise<string | null> {
  let nodeMs = 0;
  let wasmMs = 0;
  for (const model of models) {
    const onNode = await node.load(model);
    const onWasm = await wasm.load(model);
    const independent = isBatchIndependent(model, onNode);
    nodeMs += timeModel(model, onNode);
    wasmMs += timeModel(model, onWasm);
    onNode.dispose();
    onWasm.dispose();
    if (!independent) {
      return `${node.name} is not taken: its answers depend on the size of the batch, so a repeated run would not give the same bytes.`;
    }
  }
  if (nodeMs < wasmMs) return null;
  return `${node.name} is not taken: it needs ${nodeMs.toFixed(2)} ms for ${TIMED_ROWS} rows, ${wasm.name} ${wasmMs.toFixed(2)} ms.`;
}

/** Milliseconds a call, the median of a few: the machine may be busy with other things. */
function timeModel({ manifest }: Model, loaded: EngineModel): number {
  const sample = manifest.check_rows;
  const rows = Array.from({ length: TIMED_ROWS }, (_, row) => sample[row % sample.length]!.inputs);
  const input = standardizeRows(rows, manifest.inputs);
  const output = new Float32Array(TIMED_ROWS * manifest.outputs.length);
  for (let call = 0; call < WARM_UP_CALLS; call++) loaded.predict(input, TIMED_ROWS, output);
  const times = Array.from({ length: TIMED_CALLS }, () => {
    const start = performance.now();
    loaded.predict(input, TIMED_ROWS, output);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[TIMED_CALLS >> 1]!;
}
