import { columnName, type Features, type InputColumn } from '@segcast/contracts';
import type { ModelInput } from './manifest-input.ts';

/** How a model's input is read from the warehouse. */
export function inputColumn({ column, categories }: ModelInput): InputColumn {
  return categories ? { column, categories } : column;
}

/** The columns, each once. */
export function distinctColumns(columns: readonly InputColumn[]): InputColumn[] {
  return [...new Map(columns.map((column) => [columnKey(column), column])).values()];
}

/** A text that two columns share only when they bring the same values. */
export function columnKey(column: InputColumn): string {
  return JSON.stringify(column);
}

/** The raw value of an input in one customer's features, as a stream would bring it. */
export function featureValue(features: Features, input: InputColumn): number | null {
  const value = features[columnName(input)] ?? null;
  if (value === null) return null;
  if (typeof input === 'string') return Number(value);
  const index = input.categories.indexOf(String(value));
  return index === -1 ? input.categories.length : index;
}
