import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

/**
 * The part of TensorFlow.js that an engine works with: both its own packages and
 * `@tensorflow/tfjs-node` have it.
 */
export type Tfjs = Pick<
  typeof core,
  | 'enableProdMode'
  | 'fused'
  | 'getBackend'
  | 'setBackend'
  | 'softmax'
  | 'tensor1d'
  | 'tensor2d'
  | 'tidy'
  | 'version_core'
> &
  Pick<typeof layers, 'loadLayersModel'>;

/** TensorFlow.js with one of its back ends made current. */
export interface TfjsBackend {
  tf: Tfjs;
  /** The name under which TensorFlow.js registers it. */
  backend: string;
  /** Copies a tensor of float32 into `output`, which has room for it. */
  read: (tensor: core.Tensor, output: Float32Array) => void;
}
