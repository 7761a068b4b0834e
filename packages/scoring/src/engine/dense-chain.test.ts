import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { denseChain } from './dense-chain.ts';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';

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
    const answers = denseChain(tf, model)!(input);
    expect(answers.shape).toEqual([2, 4]);
    answers.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  },
);

test('leaves other networks to TensorFlow.js', async () => {
  const { tf } = await loadTfjsWasm();
  const first = { units: 5, inputShape: [3] };
  const withoutBias = layers.dense({ ...first, useBias: false, activation: 'relu' });
  const tanh = layers.dense({ ...first, activation: 'tanh' });
  const normalized = [layers.dense(first), layers.batchNormalization()];
  for (const chain of [[withoutBias], [tanh], normalized]) {
    expect(denseChain(tf, sequential({ layers: chain }))).toBeNull();
  }
});
