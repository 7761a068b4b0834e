import { createRequire } from 'node:module';
import { loadConfig } from '@segcast/runtime';
import { loadModels, OFFER_IDS, type Model } from '@segcast/scoring';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { CustomerRow } from './peer.ts';

// By `require`, as packages/scoring does, so that both have the same TensorFlow.js.
const require = createRequire(import.meta.url);

/** The two networks in TensorFlow.js, as its documentation has them used. */
export interface Networks {
  /** One call of `predict` for each network. */
  predict(rows: readonly CustomerRow[]): Scores;
}

interface Scores {
  /** A churn probability per row. */
  churn: Float32Array;
  /** A probability per row and offer. */
  offers: Float32Array[];
}

/** Opens the models in use on the WebAssembly back end, the fastest there is everywhere. */
export async function openNetworks(): Promise<Networks> {
  const tf = require('@tensorflow/tfjs-core') as typeof core;
  const { loadLayersModel } = require('@tensorflow/tfjs-layers') as typeof layers;
  require('@tensorflow/tfjs-backend-wasm');
  tf.enableProdMode();
  await tf.setBackend('wasm');
  const models = await loadModels(loadConfig().scoring.modelsDir);
  const open = async ({ manifest, artifacts }: Model): Promise<layers.LayersModel> => {
    if (artifacts === null) throw new Error(`The model ${manifest.name} is not a network.`);
    return await loadLayersModel({ load: () => Promise.resolve(artifacts) });
  };
  const churn = await open(models.churn);
  const nbo = await open(models.nbo);

  const predict = (
    network: layers.LayersModel,
    { manifest }: Model,
    rows: readonly CustomerRow[],
  ): Float32Array => {
    const inputs = tf.tensor2d(rows.map((row) => standardized(row, manifest.inputs)));
    const output = network.predict(inputs, { batchSize: rows.length }) as core.Tensor;
    const values = output.dataSync<'float32'>();
    tf.dispose([inputs, output]);
    return values;
  };
  return {
    predict: (rows) => {
      const scores = predict(nbo, models.nbo, rows);
      const width = OFFER_IDS.length;
      return {
        churn: predict(churn, models.churn, rows),
        offers: rows.map((_, row) => scores.subarray(row * width, (row + 1) * width)),
      };
    },
  };
}

function standardized(row: CustomerRow, inputs: Model['manifest']['inputs']): number[] {
  return inputs.map(
    ({ column, mean, deviation, imputed }) => (Number(row[column] ?? imputed) - mean) / deviation,
  );
}
