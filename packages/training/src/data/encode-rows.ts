import { encodeInput, inputWidth, networkWidth, type ModelInput } from '@segcast/scoring';
import type { RawRows } from './raw-rows.ts';

/** What a network takes of every row, row-major; scoring encodes by the same function. */
export interface EncodedRows {
  values: Float32Array;
  width: number;
}

/** @param places of the inputs' columns in `raw` */
export function encodeRows(
  raw: RawRows,
  inputs: readonly ModelInput[],
  places: readonly number[],
): EncodedRows {
  const width = networkWidth(inputs);
  const values = new Float32Array(raw.size * width);
  let first = 0;
  inputs.forEach((input, index) => {
    const column = raw.columns[places[index]!]!;
    for (let row = 0; row < raw.size; row++) {
      // A value that is not finite cannot be scored; to learn from its row it counts as unknown.
      const value = Number.isFinite(column[row]) ? column[row]! : null;
      encodeInput(input, value, values, row * width + first);
    }
    first += inputWidth(input);
  });
  return { values, width };
}

/** The raw row of a customer as manifests have it. */
export function rawRow(raw: RawRows, places: readonly number[], row: number): (number | null)[] {
  return places.map((place) => {
    const value = raw.columns[place]![row]!;
    return Number.isFinite(value) ? value : null;
  });
}
