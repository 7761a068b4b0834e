import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Tfjs } from '../engine/tfjs.ts';

/**
 * TensorFlow.js in plain JavaScript under the name and with the interface of tfjs-node, whose
 * native library is not to be had everywhere.
 */
export function standInForTfjsNode(changes: Partial<Tfjs> = {}): Tfjs {
  if (!core.engine().backendNames().includes('tensorflow')) {
    core.copyRegisteredKernels('cpu', 'tensorflow');
    core.registerBackend('tensorflow', () => new MathBackendCPU());
  }
  return { ...core, loadLayersModel, ...changes };
}
