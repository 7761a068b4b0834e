import type { Client, Connection, Submittable } from 'pg';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';

/** Characters collected before they are sent: large enough that messages cost nothing. */
const CHUNK_LENGTH = 128 * 1024;

const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const COPY_FAIL = 0x66;

/** Takes the rows of one COPY … FROM STDIN in text format. */
export interface CopySink {
  /**
   * Adds one line, without its newline; cells are made by `copyCell`. A promise means that the
   * server is behind: await it before adding more.
   */
  add(line: string): Promise<void> | undefined;
}

/**
 * Runs `statement` (a COPY … FROM STDIN) and lets `fill` write its rows. Memory stays constant,
 * since the sink holds back a writer who is faster than the server.
 *
 * @returns the number of rows copied.
 * @throws what the server refuses, or what `fill` throws: then nothing is copied.
 */
export async function copyIn(
  client: Client,
  statement: string,
  fill: (sink: CopySink) => Promise<void>,
): Promise<number> {
  const copy = new CopyIn(statement);
  client.query(copy);
  await copy.opened;
  try {
    await fill(copy);
  } catch (error) {
    await copy.abort();
    throw error;
  }
  return await copy.finish();
}

/** A value as a cell of COPY's text format. */
export function copyCell(value: string | null): string {
  if (value === null) return '\\N';
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, escapeCharacter) : value;
}

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\';
  if (character === '\t') return '\\t';
  return character === '\n' ? '\\n' : '\\r';
}

/** A promise and what settles it, nobody having to listen for its failure. */
class Deferred {
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}

/** The protocol's side of a COPY IN: node-postgres calls the `handle…` methods. */
class CopyIn implements Submittable, CopySink {
  readonly #statement: string;
  readonly #open = new Deferred();
  readonly #closed = new Deferred();
  #connection: Connection | undefined;
  #drained: Deferred | undefined;
  #pending = '';
  #rows = 0;
  #error: Error | undefined;

  constructor(statement: string) {
    this.#statement = statement;
  }

  get opened(): Promise<void> {
    return this.#open.promise;
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#statement);
  }

  handleCopyInResponse(): void {
    this.#open.resolve();
  }

  handleCommandComplete(message: { text: string }): void {
    this.#rows = Number(/\d+$/.exec(message.text)?.[0] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#closed.resolve();
  }

  handleError(error: Error): void {
    this.#error = error;
    this.#open.reject(error);
    this.#closed.reject(error);
    this.#drained?.reject(error);
  }

  add(line: string): Promise<void> | undefined {
    this.#pending += line + '\n';
    return this.#pending.length < CHUNK_LENGTH ? undefined : this.#send();
  }

  async finish(): Promise<number> {
    await this.#send();
    this.#connection?.stream.write(Buffer.from([COPY_DONE, 0, 0, 0, 4]));
    await this.#closed.promise;
    return this.#rows;
  }

  async abort(): Promise<void> {
    if (this.#error !== undefined) return;
    this.#connection?.stream.write(Buffer.from([COPY_FAIL, 0, 0, 0, 5, 0]));
    // The answer is the error just asked for.
    await this.#closed.promise.catch(() => undefined);
  }

  async #send(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    const length = Buffer.byteLength(this.#pending);
    if (length === 0) return;
    const message = Buffer.allocUnsafe(length + 5);
    message[0] = COPY_DATA;
    message.writeUInt32BE(length + 4, 1);
    message.write(this.#pending, 5);
    this.#pending = '';
    const stream = this.#connection!.stream;
    if (!stream.write(message)) {
      this.#drained = new Deferred();
      stream.once('drain', this.#drained.resolve);
      await this.#drained.promise;
    }
    // A socket with room drains without a turn of the event loop, which others (and the server's
    // word that something is wrong) are waiting for.
    await turnOfEventLoop();
  }
}
