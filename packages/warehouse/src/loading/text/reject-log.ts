import { AppError } from '@segcast/contracts';
import { closeSync, openSync, writeSync } from 'node:fs';

/** A line that could not be read, and why. */
export interface Reject {
  file: string;
  line: number;
  reason: string;
}

/** How many rejects a report shows; the file has them all. */
const SHOWN = 100;

/**
 * Counts lines that cannot be read, writes them to a CSV file when asked to (`file,line,reason,text`)
 * and puts an end to a load that has too many of them.
 */
export class RejectLog {
  readonly #maxErrors: number;
  readonly #path: string | undefined;
  readonly #descriptor: number | undefined;
  readonly shown: Reject[] = [];
  #count = 0;

  constructor(maxErrors: number, path: string | undefined) {
    this.#maxErrors = maxErrors;
    this.#path = path;
    if (path === undefined) return;
    this.#descriptor = openRejectsFile(path);
    writeSync(this.#descriptor, 'file,line,reason,text\n');
  }

  get count(): number {
    return this.#count;
  }

  /** @throws AppError `import_failed` when there have been more than `maxErrors`. */
  add(reject: Reject, text: string): void {
    this.#count++;
    if (this.shown.length < SHOWN) this.shown.push(reject);
    if (this.#descriptor !== undefined) {
      const cells = [reject.file, String(reject.line), reject.reason, text];
      writeSync(this.#descriptor, `${cells.map(csvCell).join(',')}\n`);
    }
    if (this.#count > this.#maxErrors) throw this.#tooMany();
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #tooMany(): AppError {
    const limit =
      this.#maxErrors === 0 ? 'None is allowed' : `At most ${this.#maxErrors} are allowed`;
    const last = this.shown.at(-1)!;
    const where = this.#path === undefined ? '' : ` All of them are in ${this.#path}.`;
    return new AppError(
      'import_failed',
      `Too many lines cannot be read; the last is ${last.file}:${last.line}: ${last.reason}. ` +
        `${limit} (--max-errors).${where} Nothing was changed.`,
      {
        errors: this.shown.map(({ file, line, reason }) => ({
          pointer: `${file}:${line}`,
          detail: reason,
        })),
      },
    );
  }
}

function openRejectsFile(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new AppError(
      'import_failed',
      `The file for rejected lines, ${path}, cannot be written: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
