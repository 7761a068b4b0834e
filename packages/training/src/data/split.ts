/** Half-open ranges of rows that were shuffled by customer. */
export interface Split {
  train: Rows;
  validation: Rows;
  test: Rows;
}

/** The rows of one part, in the order of training. */
export type Rows = Uint32Array;

/** 70 % to learn from, 15 % to choose by, 15 % to measure on. */
const VALIDATION_SHARE = 0.15;
const TEST_SHARE = 0.15;

/**
 * Splits shuffled rows, so that each part has the same share of every label (stratified sampling):
 * else a test part with more churners than the others looks like a fault of the model. Of `folds`,
 * fold f is the test part and the rest is split as ever; each row is tested in exactly one fold.
 */
export function splitRows(labels: Float64Array, fold?: { index: number; of: number }): Split {
  const order = spreadByLabel(labels);
  const size = order.length;
  const from = fold
    ? Math.round((size * fold.index) / fold.of)
    : size - Math.round(size * TEST_SHARE);
  const to = fold ? Math.round((size * (fold.index + 1)) / fold.of) : size;
  const rest = size - (to - from);
  const validation = Math.round(rest * (VALIDATION_SHARE / (1 - TEST_SHARE)));
  // The rows after the test part come first, so that every fold also validates on others.
  const others = Uint32Array.from({ length: rest }, (_, at) => order[(to + at) % size]!);
  return {
    train: others.subarray(0, rest - validation),
    validation: others.subarray(rest - validation),
    test: order.slice(from, to),
  };
}

/** All rows, those of each label evenly spread and otherwise in their order. */
function spreadByLabel(labels: Float64Array): Uint32Array {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const seen = new Map<number, number>();
  const places = labels.map((label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return (before + 0.5) / counts.get(label)!;
  });
  return Uint32Array.from(labels.keys()).sort((a, b) => places[a]! - places[b]! || a - b);
}
