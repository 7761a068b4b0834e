import { AppError } from '@segcast/contracts';
import { readLines } from './read-lines.ts';
import { splitDelimited, type SplitRecord } from './split-delimited.ts';
import type { TextFormat } from './text-format.ts';

/** A record of a text file: its cells, or why it has none. */
export type TextRecord = { line: number; text: string } & ({ cells: string[] } | { fault: string });

/** A quoted cell may hold some line ends; past these the quote was a mistake. */
const MAX_RECORD_LINES = 200;

export interface RecordBatch {
  records: TextRecord[];
  /** Blank lines between them, which are no records. */
  blank: number;
}

/**
 * Reads the records of a text file in batches, after the lines to skip; the header is a record like
 * the others. Line numbers count from 1.
 *
 * @throws AppError `import_failed` when the file or its format cannot be read.
 */
export async function* readRecords(
  file: string,
  format: TextFormat,
  onBytes: (count: number) => void,
): AsyncGenerator<RecordBatch> {
  const split = createSplitter(format);
  const skipped = format.skipLines ?? 0;
  let read = 0;
  // Lines of a record whose quoted cell is still open.
  let open: string[] = [];
  for await (const batch of readLines(file, format.encoding, onBytes)) {
    const lines = [...open, ...batch];
    const firstLine = read - open.length + 1;
    read += batch.length;
    const { rest, ...result } = splitLines(lines, firstLine, skipped, split, false);
    open = rest;
    yield result;
  }
  yield splitLines(open, read - open.length + 1, skipped, split, true);
}

function splitLines(
  lines: readonly string[],
  firstLine: number,
  skipped: number,
  split: (text: string) => SplitRecord,
  isLast: boolean,
): RecordBatch & { rest: string[] } {
  const records: TextRecord[] = [];
  let blank = 0;
  let at = 0;
  while (at < lines.length) {
    const line = firstLine + at;
    const first = lines[at]!;
    if (line <= skipped || first.trim() === '') {
      if (line > skipped) blank++;
      at++;
      continue;
    }
    const { result, length } = splitFrom(lines, at, split);
    if (result === 'continues') {
      if (!isLast && length < MAX_RECORD_LINES) return { records, blank, rest: lines.slice(at) };
      // Only this line is given up: those after it may well be sound.
      records.push({ line, text: first, fault: 'a quote is opened and never closed' });
      at++;
    } else {
      records.push({ line, text: lines.slice(at, at + length).join('\n'), ...result });
      at += length;
    }
  }
  return { records, blank, rest: [] };
}

/** Splits the record that begins at a line, taking as many lines as its quoted cells want. */
function splitFrom(
  lines: readonly string[],
  at: number,
  split: (text: string) => SplitRecord,
): { result: SplitRecord; length: number } {
  let text = lines[at]!;
  let result = split(text);
  let length = 1;
  while (result === 'continues' && at + length < lines.length && length < MAX_RECORD_LINES) {
    const next = lines[at + length++]!;
    text += '\n' + next;
    if (next.includes('"')) result = split(text);
  }
  return { result, length };
}

function createSplitter(format: TextFormat): (text: string) => SplitRecord {
  switch (format.kind) {
    case 'delimited': {
      const delimiter = format.delimiter ?? ',';
      if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
        throw new AppError(
          'import_failed',
          `"${delimiter}" cannot be a delimiter. Give one character, such as , or ; or a tab.`,
        );
      }
      return (text) => splitDelimited(text, delimiter);
    }
    case 'whitespace':
      return (text) => ({ cells: text.trim().split(/\s+/) });
    case 'fixed': {
      const { columns } = format;
      return (text) => ({
        cells: columns.map(({ start, end }) => text.slice(start - 1, end).trim()),
      });
    }
  }
}
