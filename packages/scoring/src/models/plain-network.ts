/** A fully connected layer; the kernel is row-major, `inputs` × `units`. */
export interface DenseLayer {
  kernel: Float32Array;
  bias: Float32Array;
  activation: 'relu' | 'sigmoid' | 'softmax';
}

/**
 * A network's answer for one standardised row, computed in plain double arithmetic: the reference
 * that every engine must reproduce.
 */
export function plainPredict(layers: readonly DenseLayer[], row: ArrayLike<number>): number[] {
  let values = Array.from(row);
  for (const layer of layers) values = activate(multiply(layer, values), layer.activation);
  return values;
}

function multiply({ kernel, bias }: DenseLayer, values: readonly number[]): number[] {
  return Array.from(bias, (start, unit) =>
    values.reduce((sum, value, index) => sum + value * kernel[index * bias.length + unit]!, start),
  );
}

function activate(values: number[], activation: DenseLayer['activation']): number[] {
  if (activation === 'relu') return values.map((value) => Math.max(0, value));
  if (activation === 'sigmoid') return values.map((value) => 1 / (1 + Math.exp(-value)));
  const greatest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
