import type { io, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { denseChain } from './dense-chain.ts';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';

/** What its files would hold. */
async function artifactsOf(model: Sequential): Promise<io.ModelArtifacts> {
  let saved: io.ModelArtifacts = {};
  await model.save({
    save: (artifacts) => {
      saved = artifacts;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
      });
    },
  });
  return saved;
}

test.each(['sigmoid', 'softmax', 'linear'] as const)(
  'answers as the layers do, with %s at the end',
  async (activation) => {
    const { tf } = await loadTfjsWasm();
    const model = sequential({
      layers: [
        layers.dense({ units: 5, activation: 'relu', inputShape: [3] }),
        layers.dense({ units: 4, activation, biasInitializer: 'randomNormal' }),
      ],
    });
    const input = tf.tensor2d([1, -2, 3, 0.5, 0, -1], [2, 3]);
    const expected = (model.predictOnBatch(input) as Tensor).dataSync();
    const chain = denseChain(tf, await artifactsOf(model))!;
    expect(chain.shape).toEqual([3, 4]);
    const answers = chain.forward(input).dataSync();
    answers.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    chain.dispose();
  },
);

test('leaves other networks to TensorFlow.js', async () => {
  const { tf } = await loadTfjsWasm();
  const first = { units: 5, inputShape: [3] };
  const withoutBias = layers.dense({ ...first, useBias: false, activation: 'relu' });
  const tanh = layers.dense({ ...first, activation: 'tanh' });
  const normalized = [layers.dense(first), layers.batchNormalization()];
  for (const chain of [[withoutBias], [tanh], normalized]) {
    expect(denseChain(tf, await artifactsOf(sequential({ layers: chain })))).toBeNull();
  }
});

test('leaves files whose weights do not fit to TensorFlow.js, which says what is wrong', async () => {
  const { tf } = await loadTfjsWasm();
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
  const artifacts = await artifactsOf(model);
  const short = (artifacts.weightData as ArrayBuffer).slice(4);
  expect(denseChain(tf, { ...artifacts, weightData: short })).toBeNull();
  expect(denseChain(tf, { ...artifacts, weightSpecs: artifacts.weightSpecs!.slice(1) })).toBeNull();
});
