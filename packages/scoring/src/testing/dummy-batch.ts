import { columnName, type InputColumn } from '@segcast/contracts';
import {
  dummyCustomer,
  INPUT_COLUMNS,
  type DummyCustomer,
} from '../placeholder/dummy-customers.ts';
import { seededRandom } from '../placeholder/seeded-random.ts';
import type { ScoringBatch } from '../scorer/scoring-batch.ts';

type FeatureRow = Record<string, number | null>;

/** Made-up customers by warehouse column. */
export function dummyRows(count: number, seed = 7): FeatureRow[] {
  const random = seededRandom(seed);
  const names = Object.keys(INPUT_COLUMNS) as (keyof DummyCustomer)[];
  return Array.from({ length: count }, () => {
    const customer = dummyCustomer(random);
    return Object.fromEntries(names.map((name) => [INPUT_COLUMNS[name], customer[name]]));
  });
}

/** Rows as the warehouse streams them: null as NaN with its mask set. */
export function toBatch(
  columns: readonly InputColumn[],
  rows: readonly FeatureRow[],
): ScoringBatch {
  const names = columns.map(columnName);
  return {
    size: rows.length,
    columns: names.map((name) => Float64Array.from(rows, (row) => row[name] ?? NaN)),
    nulls: names.map((name) => Uint8Array.from(rows, (row) => (row[name] === null ? 1 : 0))),
  };
}
