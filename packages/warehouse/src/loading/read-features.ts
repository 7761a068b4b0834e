import { copyCell, type CopySink } from './copy-in.ts';
import type { FeatureColumn } from './feature-table.ts';
import { isText, MAX_ID_LENGTH } from './text/parse-value.ts';
import type { RecordBatch } from './text/read-records.ts';
import type { RejectLog } from './text/reject-log.ts';

export interface ReadFeaturesOptions {
  file: string;
  batches: AsyncIterable<RecordBatch>;
  columns: readonly FeatureColumn[];
  /** Texts that stand for null, besides the blank. */
  nulls: ReadonlySet<string>;
}

/** What became of the lines: `read` is the sum of loaded and rejected ones. */
export interface FeatureLineCounts {
  header: number;
  blank: number;
  read: number;
  loaded: number;
  rejected: number;
}

/** Reads records into a COPY of the staging table and shows their texts to the columns. */
export async function readFeatures(
  sink: CopySink,
  { file, batches, columns, nulls }: ReadFeaturesOptions,
  rejects: RejectLog,
  counts: FeatureLineCounts,
): Promise<void> {
  for await (const { records, blank } of batches) {
    counts.blank += blank;
    for (const record of records) {
      counts.read++;
      const reason = 'fault' in record ? record.fault : faultOf(record.cells, columns);
      if (reason !== null || 'fault' in record) {
        rejects.add({ file, line: record.line, reason: reason ?? '' }, record.text);
        counts.rejected++;
        continue;
      }
      counts.loaded++;
      const full = sink.add(cellsOf(record.cells, columns, nulls));
      if (full) await full;
    }
  }
}

function faultOf(cells: readonly string[], columns: readonly FeatureColumn[]): string | null {
  if (cells.length !== columns.length) {
    return `it has ${cells.length} cells where ${columns.length} are expected`;
  }
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]!;
    if (!isText(cell)) return `${column.source} is not text in the encoding of the file`;
    if (!column.isId) continue;
    if (cell === '') return `${column.source} is blank`;
    if (cell.length > MAX_ID_LENGTH) return `${column.source} is longer than ${MAX_ID_LENGTH}`;
  }
  return null;
}

function cellsOf(
  cells: readonly string[],
  columns: readonly FeatureColumn[],
  nulls: ReadonlySet<string>,
): string {
  let line = '';
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]!;
    const isNull = !column.isId && (cell === '' || nulls.has(cell));
    if (isNull) column.nulls++;
    else column.inference.add(cell);
    if (index > 0) line += '\t';
    line += copyCell(isNull ? null : cell);
  }
  return line;
}
