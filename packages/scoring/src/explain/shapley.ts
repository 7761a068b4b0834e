/**
 * What inputs contribute to a value, by Shapley (1953): the mean over all orders in which inputs
 * become known of what each adds. `values[s]` is the value where the inputs whose bits are set in s
 * are known; the contributions sum to `values.at(-1) - values[0]`.
 */
export function exactShapley(values: Float64Array, inputs: number): Float64Array {
  const weights = orderWeights(inputs);
  const contributions = new Float64Array(inputs);
  for (let coalition = 0; coalition < values.length; coalition++) {
    const weight = weights[bitCount(coalition)]!;
    for (let input = 0; input < inputs; input++) {
      const bit = 1 << input;
      if ((coalition & bit) !== 0) continue;
      contributions[input]! += weight * (values[coalition | bit]! - values[coalition]!);
    }
  }
  return contributions;
}

/** By the size of a coalition: the share of orders in which exactly it comes before an input. */
function orderWeights(inputs: number): Float64Array {
  const weights = new Float64Array(inputs);
  // size! (inputs - size - 1)! / inputs! = 1 / (inputs · C(inputs - 1, size))
  let combinations = 1;
  for (let size = 0; size < inputs; size++) {
    weights[size] = 1 / (inputs * combinations);
    combinations = (combinations * (inputs - 1 - size)) / (size + 1);
  }
  return weights;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
