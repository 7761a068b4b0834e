import { type TextFormat } from '@segcast/warehouse';
import { type Command, InvalidArgumentError } from 'commander';

import { wholeNumber } from './parse-options.ts';

/** Options that both imports have. */
export interface ImportOptions {
  delimiter?: string;
  whitespace: boolean;
  fixed?: FixedColumn[];
  /** False with `--no-header`. */
  header: boolean;
  skipLines?: number;
  encoding?: string;
  maxErrors: number;
  rejects?: string;
  json: boolean;
}

interface FixedColumn {
  name: string;
  start: number;
  end: number;
}

export function addImportOptions(command: Command): Command {
  return command
    .option(
      '--delimiter <char>',
      'character between cells; "\\t" for a tab (default: a comma)',
      tab,
    )
    .option('--whitespace', 'cells are separated by any number of blanks', false)
    .option('--fixed <columns>', 'cells at fixed places, as "id:1-9,date:11-18"', parseFixed)
    .option('--no-header', 'the first line is data; columns are named 1, 2, …')
    .option('--skip-lines <n>', 'lines before the header', wholeNumber(0))
    .option('--encoding <name>', 'encoding of the text (default: UTF-8)')
    .option('--max-errors <n>', 'unreadable lines before all is refused', wholeNumber(0), 100)
    .option('--rejects <file>', 'write the unreadable lines there, as CSV')
    .option('--json', 'print the report as JSON', false);
}

/** How the files are laid out, from the options. */
export function textFormatOf(options: ImportOptions): TextFormat {
  const { header, skipLines, encoding, delimiter, fixed } = options;
  const common = {
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(encoding === undefined ? {} : { encoding }),
  };
  if (fixed) return { kind: 'fixed', columns: fixed, ...common };
  if (options.whitespace) return { kind: 'whitespace', header, ...common };
  const separator = delimiter === undefined ? {} : { delimiter };
  return { kind: 'delimited', header, ...separator, ...common };
}

function tab(text: string): string {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length !== 1) throw new InvalidArgumentError('It is one character, or \\t.');
  return delimiter;
}

function parseFixed(text: string): FixedColumn[] {
  return text.split(',').map((part) => {
    const [, name, start, end] = /^([^:]+):(\d+)-(\d+)$/.exec(part.trim()) ?? [];
    if (name === undefined || Number(start) < 1 || Number(end) < Number(start)) {
      throw new InvalidArgumentError(`"${part}" is not NAME:FIRST-LAST, counted from 1.`);
    }
    return { name, start: Number(start), end: Number(end) };
  });
}

/** Collects an option that may be given several times. */
export function collect<T>(parse: (text: string) => T): (text: string, all?: T[]) => T[] {
  return (text, all = []) => [...all, parse(text)];
}
