import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inputSchema, networkWidth, type ModelInput } from '../models/manifest-input.ts';
import { standardizeRows } from '../models/standardize.ts';
import { fillInputMatrix } from './input-matrix.ts';
import { OUTCOME } from './scoring-batch.ts';
import { spreadOffers } from './spread-offers.ts';

const base = { name: 'a', column: 'a', mean: 2, deviation: 4, imputed: 7 };

const anyInput: fc.Arbitrary<ModelInput> = fc
  .record(
    {
      mean: fc.double({ min: -100, max: 100, noNaN: true }),
      deviation: fc.double({ min: 0.01, max: 100, noNaN: true }),
      imputed: fc.double({ min: -100, max: 100, noNaN: true }),
      kind: fc.constantFrom('plain', 'money', 'text'),
      indicator: fc.boolean(),
    },
    { requiredKeys: ['mean', 'deviation', 'imputed', 'kind', 'indicator'] },
  )
  .map(({ kind, indicator, ...scaler }) =>
    inputSchema.parse({
      ...base,
      ...scaler,
      ...(kind === 'money' ? { transform: 'signed_log1p' } : {}),
      ...(kind === 'text' ? { categories: ['x', 'y', 'z'] } : {}),
      ...(indicator ? { null_indicator: true } : {}),
    }),
  );

const value = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 4 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);

function fill(inputs: readonly ModelInput[], rows: readonly (readonly (number | null)[])[]) {
  const values = new Float32Array(rows.length * networkWidth(inputs));
  const marks = { outcome: new Uint8Array(rows.length), failures: [] };
  const batch = {
    size: rows.length,
    columns: inputs.map((_, i) => Float64Array.from(rows, (row) => row[i] ?? NaN)),
    nulls: inputs.map((_, i) => Uint8Array.from(rows, (row) => (row[i] === null ? 1 : 0))),
  };
  fillInputMatrix({ values, inputs, places: inputs.map((_, i) => i) }, batch, marks);
  return { values, ...marks };
}

test('a batch and single rows give a network the same bits', () => {
  const table = fc
    .array(anyInput, { minLength: 1, maxLength: 5 })
    .chain((inputs) =>
      fc.tuple(
        fc.constant(inputs),
        fc.array(fc.tuple(...inputs.map(() => value)), { maxLength: 6 }),
      ),
    );
  fc.assert(
    fc.property(table, ([inputs, rows]) => {
      expect(fill(inputs, rows).values).toEqual(standardizeRows(rows, inputs));
    }),
  );
});

test('categories, indicators and transformations fill their places', () => {
  const inputs: ModelInput[] = [
    { ...base, null_indicator: true },
    { ...base, categories: ['x', 'y'] },
    { ...base, mean: 0, deviation: 1, transform: 'signed_log1p' },
  ];
  const { values, outcome } = fill(inputs, [
    [10, 1, -(Math.E - 1)],
    [null, 2, 0],
    [3, null, 0],
  ]);
  expect([...values]).toEqual([2, 0, 0, 1, -1, 1.25, 1, 0, 0, 0, 0.25, 0, 0, 0, 0]);
  expect([...outcome]).toEqual([OUTCOME.scored, OUTCOME.imputed, OUTCOME.imputed]);
});

test('a value that is not finite fails its customer, however its input is prepared', () => {
  const inputs: ModelInput[] = [{ ...base, transform: 'signed_log1p' }];
  expect(fill(inputs, [[Infinity], [1]]).failures).toEqual([
    { row: 0, code: 'input_not_finite', error: 'a is Infinity, which is not a finite number' },
  ]);
});

test('fewer offers leave the places of the others at zero', () => {
  const offers = new Float32Array(16).fill(9);
  spreadOffers(Float32Array.of(0.25, 0.75, 0.5, 0.5), offers, 2);
  expect([...offers]).toEqual([...[0.25, 0.75, 0, 0, 0, 0, 0, 0], ...[0.5, 0.5, 0, 0, 0, 0, 0, 0]]);
});
