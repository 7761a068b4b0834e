import type { fused, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Tfjs } from './tfjs.ts';

type FusedActivation = NonNullable<Parameters<typeof fused.matMul>[0]['activation']>;

interface DenseStep {
  kernel: Tensor2D;
  bias: Tensor;
  activation: FusedActivation | 'softmax';
}

/** What a `Dense` layer of TensorFlow.js says of itself. */
interface DenseConfig {
  activation: string;
}

const FUSED: Readonly<Record<string, DenseStep['activation']>> = {
  linear: 'linear',
  relu: 'relu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
};

/** Answers a batch with the kernels of a loaded model. */
export type Forward = (input: Tensor2D) => Tensor;

/**
 * The forward pass of a chain of `Dense` layers with one fused kernel a layer, in place of the
 * three that `predictOnBatch` runs; null when the model has any other layer. The tensors stay the
 * model's own.
 */
export function denseChain(tf: Tfjs, model: LayersModel): Forward | null {
  const steps: DenseStep[] = [];
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (kind === 'InputLayer') continue;
    const activation = FUSED[(layer.getConfig() as Partial<DenseConfig>).activation ?? ''];
    const [kernel, bias, ...others] = layer.getWeights();
    if (kind !== 'Dense' || !activation || !kernel || !bias || others.length > 0) return null;
    steps.push({ kernel: kernel as Tensor2D, bias, activation });
  }
  return (input) => steps.reduce<Tensor2D>((values, step) => runStep(tf, values, step), input);
}

function runStep(tf: Tfjs, a: Tensor2D, { kernel: b, bias, activation }: DenseStep): Tensor2D {
  if (activation !== 'softmax') return tf.fused.matMul({ a, b, bias, activation }) as Tensor2D;
  return tf.softmax(tf.fused.matMul({ a, b, bias }) as Tensor2D);
}
