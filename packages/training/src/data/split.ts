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
 * Splits shuffled rows. Of `folds`, fold f is the test part and the rest is split as ever; each row
 * is tested in exactly one fold.
 */
export function splitRows(size: number, fold?: { index: number; of: number }): Split {
  const from = fold
    ? Math.round((size * fold.index) / fold.of)
    : size - Math.round(size * TEST_SHARE);
  const to = fold ? Math.round((size * (fold.index + 1)) / fold.of) : size;
  const rest = size - (to - from);
  const validation = Math.round(rest * (VALIDATION_SHARE / (1 - TEST_SHARE)));
  // The rows after the test part come first, so that every fold also validates on others.
  const others = Uint32Array.from({ length: rest }, (_, at) => (to + at) % Math.max(size, 1));
  return {
    train: others.subarray(0, rest - validation),
    validation: others.subarray(rest - validation),
    test: Uint32Array.from({ length: to - from }, (_, at) => from + at),
  };
}
