/** Rows of each part, in the order of training. */
export interface Split {
  train: Rows;
  validation: Rows;
  test: Rows;
}

export type Rows = Uint32Array;

/** One of several parts of about the same size. */
export interface Fold {
  index: number;
  of: number;
}

/** 70 % to learn from, 15 % to choose by, 15 % to measure on. */
const VALIDATION_SHARE = 0.15;
const TEST_SHARE = 0.15;
/** Of what is not tested. */
const VALIDATING = VALIDATION_SHARE / (1 - TEST_SHARE);

/**
 * Splits shuffled rows, so that each part has the same share of every label (stratified sampling):
 * else a test part with more churners than the others looks like a fault of the model. Of `folds`,
 * fold f is the test part and the rest is split as ever; each row is tested in exactly one fold.
 */
export function splitRows(labels: Float64Array, fold?: Fold): Split {
  const rows = spreadByLabel(labels);
  const size = rows.length;
  if (fold) return splitFold(rows, fold, VALIDATING);
  return cutOut(rows, size - Math.round(size * TEST_SHARE), size, VALIDATING);
}

/** One fold of rows as the test part; of the others a share validates. */
export function splitFold(rows: Rows, { index, of }: Fold, validating: number): Split {
  const placeOf = (fold: number) => Math.round((rows.length * fold) / of);
  return cutOut(rows, placeOf(index), placeOf(index + 1), validating);
}

/** The rows that are not tested. */
export function untested({ train, validation }: Split): Rows {
  return joined(train, validation);
}

function cutOut(rows: Rows, from: number, to: number, validating: number): Split {
  // The rows after the test part come first, so that every fold also validates on others.
  const others = joined(rows.subarray(to), rows.subarray(0, from));
  const end = others.length - Math.round(others.length * validating);
  return {
    train: others.subarray(0, end),
    validation: others.subarray(end),
    test: rows.slice(from, to),
  };
}

function joined(first: Rows, second: Rows): Rows {
  const rows = new Uint32Array(first.length + second.length);
  rows.set(first);
  rows.set(second, first.length);
  return rows;
}

/** All rows, those of each label evenly spread and otherwise in their order. */
function spreadByLabel(labels: Float64Array): Rows {
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
