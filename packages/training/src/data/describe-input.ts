import type { InputHistogram, ModelInput } from '@segcast/scoring';
import type { InputColumn } from '@segcast/contracts';
import { columnName } from '@segcast/contracts';
import type { RawRows } from './raw-rows.ts';
import type { Rows } from './split.ts';

/** From this skewness on a column is taken by its logarithm: most money and most counts are. */
const SKEWED = 2;
/** From this share of nulls on it is told to the network that a value is missing. */
const OFTEN_NULL = 0.01;
const BINS = 10;
const DIGITS = 8;

/**
 * How a model takes a column, from the rows it is trained on alone; null for a column that is the
 * same for all of them, from which nothing can be learnt.
 */
export function describeInput(
  raw: RawRows,
  rows: Rows,
  place: number,
  column: InputColumn,
): ModelInput | null {
  const values = knownValues(raw, rows, place);
  const nulls = rows.length - values.length;
  const name = columnName(column);
  const indicator = nulls / rows.length >= OFTEN_NULL ? { null_indicator: true as const } : {};
  if (typeof column !== 'string') {
    const { categories } = column;
    const histogram = countBetween(
      values,
      nulls,
      categories.map((_, index) => index + 0.5),
    );
    const text = { name, column: name, mean: 0, deviation: 1, imputed: categories.length };
    return { ...text, ...indicator, categories: [...categories], histogram };
  }
  if (values.length === 0) return null;
  values.sort();
  const histogram = countBetween(values, nulls, quantileEdges(values));
  const imputed = rounded(values[values.length >> 1]!);
  const base = { name, column: name, imputed, ...indicator, histogram };
  const isSkewed = !isTwoValued(values) && Math.abs(momentsOf(values).skewness) > SKEWED;
  const transform = isSkewed ? 'signed_log1p' : undefined;
  if (transform) {
    for (let at = 0; at < values.length; at++) values[at] = signedLog(values[at]!);
  }
  const { mean, deviation } = momentsOf(values);
  if (!(deviation > 1e-9 * Math.max(1, Math.abs(mean)))) {
    return nulls === 0 ? null : { ...base, mean: rounded(mean), deviation: 1 };
  }
  return {
    ...base,
    mean: rounded(mean),
    deviation: rounded(deviation),
    ...(transform ? { transform } : {}),
  };
}

/** The finite values; what is not finite fails its customer when scored, and is left out here. */
function knownValues(raw: RawRows, rows: Rows, place: number): Float64Array {
  const column = raw.columns[place]!;
  const known = new Float64Array(rows.length);
  let size = 0;
  for (const row of rows) {
    if (Number.isFinite(column[row])) known[size++] = column[row]!;
  }
  return known.subarray(0, size);
}

function isTwoValued(sorted: Float64Array): boolean {
  return sorted.every((value) => value === sorted[0] || value === sorted.at(-1));
}

function momentsOf(values: Float64Array): { mean: number; deviation: number; skewness: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let square = 0;
  let cube = 0;
  for (const value of values) {
    square += (value - mean) ** 2;
    cube += (value - mean) ** 3;
  }
  const deviation = Math.sqrt(square / values.length);
  const skewness = deviation === 0 ? 0 : cube / values.length / deviation ** 3;
  return { mean, deviation, skewness };
}

function quantileEdges(sorted: Float64Array): number[] {
  const edges = Array.from({ length: BINS - 1 }, (_, index) => {
    return sorted[Math.floor(((index + 1) * sorted.length) / BINS)]!;
  });
  // Below the least value nothing is counted.
  return [...new Set(edges)].filter((edge) => edge > sorted[0]!);
}

function countBetween(values: Float64Array, nulls: number, edges: number[]): InputHistogram {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && edges[bin]! <= value) bin++;
    counts[bin]! += 1;
  }
  return { edges, counts, nulls };
}

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
