import type { io } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { DenseLayer } from './plain-network.ts';

/** A trained network as the files of a model have it. */
export async function toArtifacts(model: Sequential): Promise<io.ModelArtifacts> {
  let saved: io.ModelArtifacts = {};
  await model.save({
    save: (artifacts) => {
      saved = artifacts;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' },
      });
    },
  });
  return saved;
}

/** A trained network for plain arithmetic: hidden layers of `relu`, and the last one. */
export function toDenseLayers(model: Sequential, last: DenseLayer['activation']): DenseLayer[] {
  return model.layers.map((layer, index) => {
    const [kernel, bias] = layer.getWeights();
    return {
      kernel: kernel!.dataSync<'float32'>(),
      bias: bias!.dataSync<'float32'>(),
      activation: index < model.layers.length - 1 ? 'relu' : last,
    };
  });
}
