import { copyCell, type CopySink } from './copy-in.ts';
import type { OnProgress } from './load-progress.ts';
import { createByteCounter } from './text/byte-counter.ts';
import { openRecords } from './text/open-records.ts';
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

/** Reads the files into a COPY of the incoming table. */
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
  const { names, header, batches } = await openRecords(file, options.format, onBytes);
  const parse = createLineParser(file, names, options.mapping, options);
  const nulls = `\t${copyCell(null)}`.repeat(6 + (options.mapping.profile?.length ?? 0));
  counts.header += header;
  for await (const { records, blank } of batches) {
    counts.blank += blank;
    for (const record of records) {
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
