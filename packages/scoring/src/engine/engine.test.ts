import * as core from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Model, Models } from '../models/load-models.ts';
import { plainPredict, type DenseLayer } from '../models/plain-network.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { Engine } from './engine.ts';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';

let models: Models;
let engine: Engine;
beforeAll(async () => {
  models = await loadCommittedModels();
});
beforeEach(async () => {
  engine = new Engine('tfjs-wasm', await loadTfjsWasm());
});
afterEach(() => engine.dispose());

/** The layers of a model as its files have them. */
function layersOf({ artifacts, manifest }: Model): DenseLayer[] {
  const numbers = new Float32Array(artifacts!.weightData as ArrayBuffer);
  let at = 0;
  const tensors = artifacts!.weightSpecs!.map(({ shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    at += size;
    return numbers.slice(at - size, at);
  });
  const last = manifest.kind === 'churn' ? 'sigmoid' : 'softmax';
  return (['relu', 'relu', last] as const).map((activation, index) => ({
    kernel: tensors[index * 2]!,
    bias: tensors[index * 2 + 1]!,
    activation,
  }));
}

const input = fc.float({ min: -50, max: 50, noNaN: true });
const rows = fc.array(fc.array(input, { minLength: 10, maxLength: 10 }), {
  minLength: 1,
  maxLength: 40,
});

test.each(['churn', 'nbo'] as const)('%s: equals plain arithmetic on random rows', async (name) => {
  const loaded = await engine.load(models[name]);
  const network = layersOf(models[name]);
  const width = models[name].manifest.outputs.length;
  fc.assert(
    fc.property(rows, (inputs) => {
      const output = new Float32Array(inputs.length * width);
      loaded.predict(Float32Array.from(inputs.flat()), inputs.length, output);
      const expected = inputs.flatMap((row) => plainPredict(network, row));
      // Far from the customers it knows, a sum of float32 is off by some 1e-6 of its greatest term.
      expected.forEach((value, index) => expect(output[index]).toBeCloseTo(value, 4));
    }),
  );
});

test('fills no more of the output than there are rows', async () => {
  const loaded = await engine.load(models.churn);
  const output = new Float32Array(4).fill(-1);
  loaded.predict(new Float32Array(100), 2, output);
  expect([...output.slice(2)]).toEqual([-1, -1]);
  expect(output[0]).toBeGreaterThanOrEqual(0);
});

test('frees its models when disposed', async () => {
  const before = core.memory().numTensors;
  const loaded = await engine.load(models.churn);
  await engine.load(models.nbo);
  expect(core.memory().numTensors).toBeGreaterThan(before);
  loaded.dispose();
  loaded.dispose();
  engine.dispose();
  expect(core.memory().numTensors).toBe(before);
});

test('refuses a model whose check rows it does not reproduce, and keeps nothing of it', async () => {
  const [row, ...others] = models.churn.manifest.check_rows;
  const wrong = { ...row!, outputs: [row!.outputs[0]! + 3e-5] };
  const manifest = { ...models.churn.manifest, check_rows: [...others, wrong] };
  const before = core.memory().numTensors;
  await expect(engine.load({ ...models.churn, manifest })).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringMatching(
      /tfjs-wasm is refused: for churn_probability of check row 19 of the model churn placeholder-1/,
    ) as string,
  });
  expect(core.memory().numTensors).toBe(before);
});

test('refuses a network that is not what its manifest describes', async () => {
  const swapped = { manifest: models.churn.manifest, artifacts: models.nbo.artifacts };
  await expect(engine.load(swapped)).rejects.toMatchObject({
    code: 'invalid_model',
    message: expect.stringMatching(/takes 10 numbers and answers 8, .* 10 and 1/) as string,
  });
});

test('refuses a network that TensorFlow.js cannot build', async () => {
  const artifacts = { ...models.churn.artifacts, modelTopology: { class_name: 'Unheard' } };
  await expect(engine.load({ ...models.churn, artifacts })).rejects.toMatchObject({
    code: 'invalid_model',
    message: expect.stringMatching(/cannot load the model churn placeholder-1/) as string,
  });
});

test('runs any network of TensorFlow.js Layers', async () => {
  const network = sequential({
    layers: [
      layers.batchNormalization({ inputShape: [10] }),
      layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'zeros' }),
    ],
  });
  let artifacts: core.io.ModelArtifacts = {};
  await network.save({
    save: (saved) => {
      artifacts = saved;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' },
      });
    },
  });
  network.dispose();
  const check_rows = [{ inputs: new Array<number>(10).fill(1), outputs: [0.5] }];
  const manifest = { ...models.churn.manifest, check_rows };
  const loaded = await engine.load({ manifest, artifacts });
  const output = new Float32Array(3);
  loaded.predict(new Float32Array(30), 3, output);
  expect([...output]).toEqual([0.5, 0.5, 0.5]);
});
