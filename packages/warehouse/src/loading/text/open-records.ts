import { columnNames, hasHeader } from './column-index.ts';
import { readRecords, type RecordBatch } from './read-records.ts';
import type { TextFormat } from './text-format.ts';

export interface OpenRecords {
  /** The columns by name, or by number from 1 where the file names none. */
  names: readonly string[];
  /** Lines taken by the header and before it. */
  header: number;
  /** The records after the header. */
  batches: AsyncIterable<RecordBatch>;
}

/**
 * Opens a text file and reads its header; see `readRecords`. The first record says how many columns
 * there are.
 */
export async function openRecords(
  file: string,
  format: TextFormat,
  onBytes: (count: number) => void,
): Promise<OpenRecords> {
  const batches = readRecords(file, format, onBytes);
  const skipped: RecordBatch = { records: [], blank: 0 };
  let next = await batches.next();
  while (!next.done && next.value.records.length === 0) {
    skipped.blank += next.value.blank;
    next = await batches.next();
  }
  const first: RecordBatch = next.done ? { records: [], blank: 0 } : next.value;
  const [record] = first.records;
  const cells = record !== undefined && 'cells' in record ? record.cells : [];
  const isNamed = hasHeader(format) && record !== undefined;
  if (isNamed) first.records.shift();
  first.blank += skipped.blank;
  return {
    names: columnNames(format, isNamed ? cells : null, cells.length),
    header: (format.skipLines ?? 0) + (isNamed ? 1 : 0),
    batches: preceded(first, batches),
  };
}

async function* preceded(
  first: RecordBatch,
  rest: AsyncGenerator<RecordBatch>,
): AsyncGenerator<RecordBatch> {
  yield first;
  yield* rest;
}
