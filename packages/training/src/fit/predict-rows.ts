import type { DenseLayer } from '@segcast/scoring';
import type { EncodedRows } from '../data/encode-rows.ts';
import type { Rows } from '../data/split.ts';

/** A network's answers for some rows, row-major, in plain arithmetic over reused buffers. */
export function predictRows(
  layers: readonly DenseLayer[],
  { values, width }: EncodedRows,
  rows: Rows,
): Float64Array {
  const units = layers.at(-1)!.bias.length;
  const answers = new Float64Array(rows.length * units);
  const buffers = layers.map((layer) => new Float64Array(layer.bias.length));
  rows.forEach((row, at) => {
    let from: ArrayLike<number> = values.subarray(row * width, (row + 1) * width);
    layers.forEach((layer, index) => {
      runLayer(layer, from, buffers[index]!);
      from = buffers[index]!;
    });
    answers.set(buffers.at(-1)!, at * units);
  });
  return answers;
}

function runLayer(
  { kernel, bias, activation }: DenseLayer,
  from: ArrayLike<number>,
  to: Float64Array,
) {
  const units = bias.length;
  for (let unit = 0; unit < units; unit++) to[unit] = bias[unit]!;
  for (let i = 0; i < from.length; i++) {
    const value = from[i]!;
    if (value === 0) continue;
    for (let unit = 0; unit < units; unit++) to[unit]! += value * kernel[i * units + unit]!;
  }
  if (activation === 'relu') {
    for (let unit = 0; unit < units; unit++) to[unit] = Math.max(0, to[unit]!);
  } else if (activation === 'sigmoid') {
    for (let unit = 0; unit < units; unit++) to[unit] = 1 / (1 + Math.exp(-to[unit]!));
  } else {
    softmax(to);
  }
}

function softmax(values: Float64Array): void {
  const greatest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp(values[i]! - greatest);
    sum += values[i]!;
  }
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / sum;
}
