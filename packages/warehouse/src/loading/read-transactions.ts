import { stat } from 'node:fs/promises';
import { copyCell, type CopySink } from './copy-in.ts';
import type { OnProgress } from './load-progress.ts';
import { columnNames, hasHeader } from './text/column-index.ts';
import { STDIN } from './text/read-lines.ts';
import { readRecords, type TextRecord } from './text/read-records.ts';
import type { RejectLog } from './text/reject-log.ts';
import type { TextFormat } from './text/text-format.ts';
import {
  createLineParser,
  type LineFilters,
  type ParsedLine,
  type TransactionMapping,
} from './transaction-line.ts';

export interface ReadTransactionsOptions extends LineFilters {
  files: readonly string[];
  format: TextFormat;
  mapping: TransactionMapping;
  onProgress?: OnProgress;
}

/** What became of the lines: `read` is the sum of loaded, excluded and rejected ones. */
export interface LineCounts {
  /** Headers and the lines before them. */
  header: number;
  blank: number;
  read: number;
  loaded: number;
  /** Lines left out on purpose, by reason. */
  excluded: Record<string, number>;
  rejected: number;
}

/** Reads the files into a COPY of the incoming table, whose columns are `incomingColumns`. */
export async function readTransactions(
  sink: CopySink,
  options: ReadTransactionsOptions,
  rejects: RejectLog,
): Promise<LineCounts> {
  const counts = { header: 0, blank: 0, read: 0, loaded: 0, excluded: {}, rejected: 0 };
  const onBytes = await createByteCounter(options.files, options.onProgress);
  for (const file of options.files) await readFile(file, sink, options, rejects, counts, onBytes);
  counts.rejected = rejects.count;
  return counts;
}

async function readFile(
  file: string,
  sink: CopySink,
  options: ReadTransactionsOptions,
  rejects: RejectLog,
  counts: LineCounts,
  onBytes: (count: number) => void,
): Promise<void> {
  const { format, mapping } = options;
  const nulls = `\t${copyCell(null)}`.repeat(6 + (mapping.profile?.length ?? 0));
  let parse: ((cells: readonly string[]) => ParsedLine) | undefined;
  counts.header += format.skipLines ?? 0;
  for await (const { records, blank } of readRecords(file, format, onBytes)) {
    counts.blank += blank;
    for (const record of records) {
      const isFirst = parse === undefined;
      parse ??= parserFor(file, record, options);
      if (isFirst && hasHeader(format)) {
        counts.header++;
        continue;
      }
      counts.read++;
      const line = 'fault' in record ? rejectedFor(record.fault) : parse(record.cells);
      if (line.kind === 'rejected') {
        rejects.add({ file, line: record.line, reason: line.reason }, record.text);
        continue;
      }
      if (line.kind === 'loaded') counts.loaded++;
      else counts.excluded[line.reason] = (counts.excluded[line.reason] ?? 0) + 1;
      const full = sink.add(
        line.kind === 'loaded'
          ? `${counts.read}\tf\t${line.cells}`
          : `${counts.read}\tt\t${copyCell(line.customer)}${nulls}`,
      );
      if (full) await full;
    }
  }
}

function rejectedFor(reason: string): ParsedLine {
  return { kind: 'rejected', reason };
}

/** The columns come from the first record: its cells are their names, or show how many there are. */
function parserFor(
  file: string,
  first: TextRecord,
  { format, mapping, ...filters }: ReadTransactionsOptions,
): (cells: readonly string[]) => ParsedLine {
  const cells = 'cells' in first ? first.cells : [];
  const names = columnNames(format, hasHeader(format) ? cells : null, cells.length);
  return createLineParser(file, names, mapping, filters);
}

async function createByteCounter(
  files: readonly string[],
  onProgress: OnProgress | undefined,
): Promise<(count: number) => void> {
  const sizes = await Promise.all(files.map(sizeOf));
  const total = sizes.reduce<number | null>(
    (sum, size) => (sum === null || size === null ? null : sum + size),
    0,
  );
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.({ stage: 'bytes', done, total });
  };
}

async function sizeOf(file: string): Promise<number | null> {
  if (file === STDIN) return null;
  // A file that is not there is reported when it is opened.
  const stats = await stat(file).catch(() => null);
  return stats?.size ?? null;
}
