import type { fused, io, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Tfjs } from './tfjs.ts';

type FusedActivation = NonNullable<Parameters<typeof fused.matMul>[0]['activation']>;

/** The part of a Layers file that describes a chain of `Dense` layers, and nothing else. */
const topologySchema = z.object({
  class_name: z.literal('Sequential'),
  config: z.object({
    layers: z
      .array(
        z.object({
          class_name: z.literal('Dense'),
          config: z.object({
            name: z.string(),
            activation: z.enum(['linear', 'relu', 'sigmoid', 'softmax']),
            use_bias: z.literal(true),
          }),
        }),
      )
      .min(1),
  }),
});

interface DenseStep {
  kernel: Tensor2D;
  bias: Tensor;
  activation: FusedActivation | 'softmax';
}

/** A network in an engine's memory. */
export interface Network {
  /** Inputs and outputs of a row. */
  readonly shape: readonly [inputs: number, outputs: number];
  forward(input: Tensor2D): Tensor;
  dispose(): void;
}

/**
 * A chain of `Dense` layers, as ours are, with one fused kernel a layer in place of the three that
 * TensorFlow.js's own class runs, and without the memory of its package of layers. Null for any
 * other network, which is for that package.
 */
export function denseChain(tf: Tfjs, artifacts: io.ModelArtifacts): Network | null {
  const topology = topologySchema.safeParse(artifacts.modelTopology);
  if (!topology.success) return null;
  const weights = readWeights(artifacts);
  const plans = topology.data.config.layers.map(({ config: { name, activation } }) => ({
    kernel: weights.get(`${name}/kernel`),
    bias: weights.get(`${name}/bias`),
    activation,
  }));
  if (weights.size !== 2 * plans.length) return null;
  const steps: DenseStep[] = [];
  for (const { kernel, bias, activation } of plans) {
    const [inputs, units] = kernel?.shape ?? [];
    const before = steps.at(-1)?.kernel.shape[1] ?? inputs;
    if (!kernel || !bias || !inputs || !units || bias.shape[0] !== units || inputs !== before) {
      for (const step of steps) disposeStep(step);
      return null;
    }
    steps.push({
      kernel: tf.tensor2d(kernel.values, [inputs, units]),
      bias: tf.tensor1d(bias.values),
      activation,
    });
  }
  return {
    shape: [steps[0]!.kernel.shape[0], steps.at(-1)!.kernel.shape[1]],
    forward: (input) => steps.reduce<Tensor2D>((rows, step) => runStep(tf, rows, step), input),
    dispose: () => steps.forEach(disposeStep),
  };
}

interface Weight {
  shape: number[];
  values: Float32Array;
}

function readWeights({ weightSpecs, weightData }: io.ModelArtifacts): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  if (!(weightData instanceof ArrayBuffer)) return weights;
  let at = 0;
  for (const { name, shape } of weightSpecs ?? []) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (at + 4 * count > weightData.byteLength) return new Map();
    weights.set(name, { shape, values: new Float32Array(weightData, at, count) });
    at += 4 * count;
  }
  return weights;
}

function runStep(tf: Tfjs, a: Tensor2D, { kernel: b, bias, activation }: DenseStep): Tensor2D {
  if (activation !== 'softmax') return tf.fused.matMul({ a, b, bias, activation }) as Tensor2D;
  return tf.softmax(tf.fused.matMul({ a, b, bias }) as Tensor2D);
}

function disposeStep({ kernel, bias }: DenseStep): void {
  kernel.dispose();
  bias.dispose();
}
