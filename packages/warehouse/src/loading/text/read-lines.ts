import { AppError } from '@segcast/contracts';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';

/** The name under which standard input is read. */
export const STDIN = '-';

const MAX_LINE_LENGTH = 1024 * 1024;

/** First bytes of what cannot be read as lines, and what to do about it. */
const UNREADABLE: readonly (readonly [bytes: number[], remedy: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive (or a spreadsheet). Unpack it, or export it as CSV'],
  [[0x42, 0x5a, 0x68], 'is compressed with bzip2. Unpack it first, or compress it with gzip'],
  [[0xfd, 0x37, 0x7a, 0x58], 'is compressed with xz. Unpack it first, or compress it with gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd. Unpack it first, or compress it with gzip'],
  [[0xff, 0xfe], 'is in UTF-16. Give the encoding utf-16le'],
  [[0xfe, 0xff], 'is in UTF-16. Give the encoding utf-16be'],
];

/**
 * Reads a text file, gzip or not, in batches of lines without their ends, in constant memory.
 *
 * @param onBytes told how many bytes of the file have just been read.
 * @throws AppError `import_failed` when the file cannot be read or is not text.
 */
export async function* readLines(
  file: string,
  encoding: string | undefined,
  onBytes: (count: number) => void,
): AsyncGenerator<string[]> {
  const decoder = createDecoder(encoding);
  let rest = '';
  try {
    for await (const bytes of unpacked(file, encoding, onBytes)) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH) {
        throw new AppError(
          'import_failed',
          `${file} has a line of more than a million characters: it is not a text of records.`,
        );
      }
      yield lines.map(withoutReturn);
    }
  } catch (error) {
    throw explained(error, file);
  }
  rest += decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function createDecoder(encoding = 'utf-8'): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (error) {
    throw new AppError(
      'import_failed',
      `"${encoding}" is not a known encoding. Use a name as utf-8, windows-1252 or utf-16le.`,
      { cause: error },
    );
  }
}

async function* unpacked(
  file: string,
  encoding: string | undefined,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  const source = counted(file, onBytes);
  const first = await source.next();
  if (first.done) return;
  const all = prepended(first.value, source);
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    if (encoding === undefined) refuseUnreadable(file, first.value);
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  // What goes wrong before it also destroys `gunzip`, whose reader then learns of it.
  pipeline(Readable.from(all, { objectMode: false }), gunzip).catch(() => undefined);
  for await (const bytes of gunzip) yield bytes as Buffer;
}

async function* counted(file: string, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  const stream = file === STDIN ? process.stdin : createReadStream(file);
  for await (const chunk of stream) {
    const bytes = chunk as Buffer;
    onBytes(bytes.length);
    yield bytes;
  }
}

async function* prepended(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function refuseUnreadable(file: string, start: Buffer): void {
  for (const [bytes, remedy] of UNREADABLE) {
    if (bytes.every((byte, index) => start[index] === byte)) {
      throw new AppError('import_failed', `${file} ${remedy}.`);
    }
  }
}

function explained(error: unknown, file: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = code.startsWith('Z_')
    ? `it is a damaged or truncated gzip file (${error.message})`
    : error.message;
  return new AppError('import_failed', `${file} cannot be read: ${reason}.`, { cause: error });
}
