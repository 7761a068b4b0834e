import * as core from '@tensorflow/tfjs-core';
import util from 'node:util';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Model } from '../models/load-models.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { standInForTfjsNode } from '../testing/stand-in.ts';
import { createEngine } from './create-engine.ts';
import type { Tfjs } from './tfjs.ts';

let checkModels: readonly Model[];
beforeAll(async () => {
  checkModels = Object.values(await loadCommittedModels());
});
afterEach(() => vi.restoreAllMocks());

function auto(load: () => Promise<unknown>) {
  return createEngine({ preference: 'auto', checkModels, loadTfjsNode: load });
}

function tfjsNode(load: () => Promise<unknown>) {
  return createEngine({ preference: 'tfjs-node', checkModels, loadTfjsNode: load });
}

function standIn(changes: Partial<Tfjs> = {}) {
  return () => Promise.resolve(standInForTfjsNode(changes));
}

/** Answers differ by a few bits when rows come together, as those of some libraries do. */
const batchDependent: Partial<Tfjs> = {
  tensor2d: (values, shape, dtype) => {
    const nudged = shape![0] > 1 ? (values as Float32Array).map((v) => v * 1.000001) : values;
    return core.tensor2d(nudged, shape, dtype);
  },
};

/** Its layers answer something else. */
function answering(change: (values: core.Tensor) => core.Tensor): Partial<Tfjs> {
  const matMul: typeof core.fused.matMul = (options) => change(core.fused.matMul(options));
  return { fused: { ...core.fused, matMul } };
}

const REFUSALS: [string, () => Promise<unknown>, RegExp][] = [
  [
    'is not installed',
    () => Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR' })),
    /cannot be imported \(Cannot find package\)/,
  ],
  ['throws what is no error', () => Promise.reject(new TypeError()), /cannot be imported/],
  ['is something else', () => Promise.resolve({ tidy: true }), /is not the module/],
  [
    'has a back end that answers false',
    standIn({ setBackend: () => Promise.resolve(false) }),
    /cannot start its back end/,
  ],
  [
    'has a back end that throws',
    standIn({ setBackend: () => Promise.reject(new Error('no libtensorflow.so.2')) }),
    /cannot start its back end \(no libtensorflow\.so\.2\)/,
  ],
  [
    'computes wrong numbers',
    standIn(answering((values) => core.add(values, 0.01))),
    /tfjs-node is refused: for churn_probability of check row 0/,
  ],
  ['computes no numbers', standIn(answering((values) => core.mul(values, NaN))), /it computes NaN/],
];

test.each(REFUSALS)('tfjs-node that %s is refused when asked for', async (_, load, message) => {
  await expect(tfjsNode(load)).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringMatching(message) as string,
  });
});

test.each(REFUSALS)('auto takes tfjs-wasm where tfjs-node %s', async (_, load, message) => {
  const engine = await auto(load);
  expect(engine.name).toBe('tfjs-wasm');
  expect(engine.notes).toEqual([expect.stringMatching(message)]);
});

test('takes tfjs-node when it is asked for and agrees with plain arithmetic', async () => {
  const engine = await tfjsNode(standIn());
  expect(engine).toMatchObject({ name: 'tfjs-node', version: core.version_core, notes: [] });
  expect(core.getBackend()).toBe('tensorflow');
});

test('auto takes tfjs-wasm where tfjs-node is slower', async () => {
  const engine = await auto(standIn());
  expect(engine.name).toBe('tfjs-wasm');
  expect(engine.notes).toEqual([
    expect.stringMatching(/tfjs-node is not taken: it needs .* ms for 4096 rows, tfjs-wasm .* ms/),
  ]);
});

/** Knows the answers to large batches by heart: one for each kernel, whatever is asked. */
function knowing(): Partial<Tfjs> {
  const known = new Map<unknown, core.Tensor>();
  const recall = (key: unknown, rows: number, compute: () => core.Tensor): core.Tensor => {
    if (rows < 4096) return compute();
    const answer = known.get(key) ?? core.keep(compute());
    known.set(key, answer);
    return answer;
  };
  const matMul: typeof core.fused.matMul = (options) =>
    recall(options.b, (options.a as core.Tensor).shape[0], () => core.fused.matMul(options));
  const softmax = ((values: core.Tensor) =>
    recall('softmax', values.shape[0], () => core.softmax(values))) as typeof core.softmax;
  return { fused: { ...core.fused, matMul }, softmax };
}

test('auto takes tfjs-node where it is faster', async () => {
  const engine = await auto(standIn(knowing()));
  expect(engine).toMatchObject({ name: 'tfjs-node', notes: [] });
});

test('auto takes tfjs-wasm where the bits of tfjs-node depend on the batch', async () => {
  const engine = await auto(standIn(batchDependent));
  expect(engine.name).toBe('tfjs-wasm');
  expect(engine.notes).toEqual([expect.stringMatching(/depend on the size of the batch/)]);
});

test('two engines of one thread keep to their own back ends', async () => {
  const wasm = await createEngine({ preference: 'tfjs-wasm', checkModels });
  const onWasm = await wasm.load(checkModels[0]!);
  const node = await tfjsNode(standIn());
  const onNode = await node.load(checkModels[0]!);
  const output = new Float32Array(1);
  for (const [model, backend] of [
    [onWasm, 'wasm'],
    [onNode, 'tensorflow'],
    [onWasm, 'wasm'],
  ] as const) {
    model.predict(new Float32Array(10), 1, output);
    expect(core.getBackend()).toBe(backend);
  }
});

test('gives tfjs-node the function that Node.js 23 took away', async () => {
  const own = Object.getOwnPropertyDescriptor(util, 'isNullOrUndefined');
  Reflect.deleteProperty(util, 'isNullOrUndefined');
  try {
    let given: unknown;
    await tfjsNode(() => {
      given = Reflect.get(util, 'isNullOrUndefined');
      return Promise.resolve(standInForTfjsNode());
    });
    const isNullOrUndefined = given as (value: unknown) => boolean;
    expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
  } finally {
    if (own) Object.defineProperty(util, 'isNullOrUndefined', own);
  }
});
