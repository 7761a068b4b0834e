import type { Model } from '@segcast/scoring';

interface DenseLayer {
  kernel: Float32Array;
  bias: Float32Array;
  activation: string;
}

/** A network as nested queries, a query per layer. */
export interface SqlNetwork {
  /** The inputs, standardised, as columns to select from the relation. */
  inputs: string[];
  /** Columns of each following query, which selects from the one before. */
  layers: string[][];
  /** The columns of the last one. */
  outputs: string[];
}

/** @param prefix of the columns' names, so that two networks fit into the same queries */
export function toSqlNetwork({ manifest, artifacts }: Model, prefix: string): SqlNetwork {
  if (artifacts === null) throw new Error(`The model ${manifest.name} is not a network.`);
  let names = manifest.inputs.map((_, index) => `${prefix}_x${index}`);
  const inputs = manifest.inputs.map(
    ({ column, mean, deviation, imputed }, index) =>
      `(coalesce(${column}, ${imputed})::float8 - ${mean}) / ${deviation} AS ${names[index]!}`,
  );
  const layers: string[][] = [];
  readLayers(artifacts).forEach((layer, depth) => {
    const sums = toSums(layer, names);
    names = sums.map((_, unit) => `${prefix}_${depth}_${unit}`);
    layers.push(sums.map((sum, unit) => `${activated(layer, sum)} AS ${names[unit]!}`));
    if (layer.activation !== 'softmax') return;
    const greatest = `greatest(${names.join(', ')})`;
    layers.push([...names.map((name) => `exp(${name} - ${greatest}) AS e_${name}`)]);
    const total = names.map((name) => `e_${name}`).join(' + ');
    layers.push(names.map((name) => `e_${name} / (${total}) AS p_${name}`));
    names = names.map((name) => `p_${name}`);
  });
  return { inputs, layers, outputs: names };
}

function toSums({ kernel, bias }: DenseLayer, names: readonly string[]): string[] {
  return Array.from(bias, (start, unit) =>
    names.reduce(
      (sum, name, index) => `${sum} + ${name} * ${literal(kernel[index * bias.length + unit]!)}`,
      literal(start),
    ),
  );
}

function activated({ activation }: DenseLayer, sum: string): string {
  if (activation === 'relu') return `greatest(0, ${sum})`;
  if (activation === 'sigmoid') return `1 / (1 + exp(-(${sum})))`;
  return sum;
}

function literal(value: number): string {
  return `'${value}'::float8`;
}

function readLayers(artifacts: NonNullable<Model['artifacts']>): DenseLayer[] {
  const { config } = artifacts.modelTopology as {
    config: { layers: { config: { activation: string } }[] };
  };
  const data = artifacts.weightData as ArrayBuffer;
  let at = 0;
  const arrays = artifacts.weightSpecs!.map(({ shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(data, at, length);
    at += values.byteLength;
    return values;
  });
  return config.layers.map((layer, index) => ({
    kernel: arrays[2 * index]!,
    bias: arrays[2 * index + 1]!,
    activation: layer.config.activation,
  }));
}
