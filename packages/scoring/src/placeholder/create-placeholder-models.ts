import { loadModels, type Models } from '../models/load-models.ts';
import {
  MODEL_NAMES,
  MODEL_OUTPUTS,
  type CheckRow,
  type ModelInput,
  type ModelName,
} from '../models/model-manifest.ts';
import { BACKGROUND_ROWS } from '../models/manifest-training.ts';
import { plainPredict } from '../models/plain-network.ts';
import { saveModel } from '../models/save-model.ts';
import { standardizeRows } from '../models/standardize.ts';
import { dummyCustomer, INPUT_COLUMNS, type DummyCustomer } from './dummy-customers.ts';
import { dummyChurn, dummyOffers } from './dummy-patterns.ts';
import { seededRandom } from './seeded-random.ts';
import { trainNetwork, type TrainedNetwork } from './train-network.ts';

const TRAINING_ROWS = 4096;
const INPUT_NAMES = Object.keys(INPUT_COLUMNS) as (keyof DummyCustomer)[];

/**
 * Makes churn and next best offer models on dummy patterns and makes them current. They show what
 * the system does and know nothing of anybody's customers, and say so: `placeholder` is true.
 * The same seed gives the same bytes.
 */
export async function createPlaceholderModels(
  modelsDir: string,
  { seed }: { seed: number },
): Promise<Models> {
  const random = seededRandom(seed);
  const customers = Array.from({ length: TRAINING_ROWS }, () => dummyCustomer(random));
  const inputs = INPUT_NAMES.map((name) => describeInput(name, customers));
  for (const name of MODEL_NAMES) {
    const network = await trainOn(name, customers, inputs, seed);
    const manifest = {
      name,
      version: `placeholder-${seed}`,
      kind: name,
      placeholder: true,
      created_with: { engine: 'tfjs-wasm', tfjs: network.tfjs, seed },
      inputs,
      outputs: [...MODEL_OUTPUTS[name]],
      // Churn is what is explained.
      ...(name === 'churn' && { background: backgroundOf(customers) }),
      check_rows: checkRows(customers, inputs, network),
    };
    await saveModel(modelsDir, manifest, network.artifacts);
  }
  return loadModels(modelsDir);
}

function describeInput(name: keyof DummyCustomer, customers: readonly DummyCustomer[]): ModelInput {
  const values = customers.map((customer) => customer[name]).sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  return {
    name,
    column: INPUT_COLUMNS[name],
    mean: toFourDecimals(mean),
    deviation: toFourDecimals(Math.sqrt(variance)),
    imputed: toFourDecimals(values[values.length >> 1]!),
  };
}

function toFourDecimals(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

function trainOn(
  name: ModelName,
  customers: readonly DummyCustomer[],
  inputs: readonly ModelInput[],
  seed: number,
): Promise<TrainedNetwork> {
  const targetsOf = (customer: DummyCustomer) =>
    name === 'churn' ? [dummyChurn(customer)] : dummyOffers(customer);
  return trainNetwork({
    name,
    seed,
    rows: customers.length,
    inputs: standardizeRows(customers.map(toRow), inputs),
    targets: Float32Array.from(customers.flatMap(targetsOf)),
    output: {
      units: MODEL_OUTPUTS[name].length,
      activation: name === 'churn' ? 'sigmoid' : 'softmax',
    },
  });
}

function toRow(customer: DummyCustomer): number[] {
  return INPUT_NAMES.map((name) => customer[name]);
}

/** Some of the customers trained on. */
function backgroundOf(customers: readonly DummyCustomer[]): number[][] {
  return customers.slice(-BACKGROUND_ROWS).map((customer) => toRow(customer).map(toFourDecimals));
}

/** Customers as they are, and for each input one of whom it is not known. */
function checkRows(
  customers: readonly DummyCustomer[],
  inputs: readonly ModelInput[],
  network: TrainedNetwork,
): CheckRow[] {
  const whole: (number | null)[][] = customers.slice(0, inputs.length).map(toRow);
  const rows = [...whole, ...whole.map((row, index) => row.with(index, null))];
  return rows.map((row) => {
    const outputs = plainPredict(network.layers, standardizeRows([row], inputs));
    // Exp may differ in its last bit between JavaScript engines; eight decimals do not.
    return { inputs: row, outputs: outputs.map((output) => Math.round(output * 1e8) / 1e8) };
  });
}
