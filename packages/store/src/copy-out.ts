import type pg from 'pg';

/** A COPY … TO STDOUT as pg's query queue takes it: pg itself would read every value as text. */
class CopyOut implements pg.Submittable {
  readonly finished: Promise<void>;
  readonly #text: string;
  readonly #onRow: (data: Buffer) => void;
  #finish!: () => void;
  #reject!: (error: unknown) => void;

  constructor(text: string, onRow: (data: Buffer) => void) {
    this.#text = text;
    this.#onRow = onRow;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#reject = reject;
    });
    // It is awaited, but maybe only after it was rejected.
    this.finished.catch(() => undefined);
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    try {
      this.#onRow(chunk);
    } catch (error) {
      this.#reject(error);
    }
  }

  handleError(error: Error): void {
    this.#reject(error);
  }

  handleCommandComplete(): void {
    // The answer that counts is ReadyForQuery: only then is the connection free again.
  }

  handleReadyForQuery(): void {
    this.#finish();
  }
}

/**
 * Runs a `COPY … TO STDOUT`, which takes no parameters: its literals must be escaped. PostgreSQL
 * sends each row in a message of its own. `data` is the parser's own buffer, which it writes over:
 * what is to stay must be copied at once.
 */
export function copyOut(
  client: pg.PoolClient,
  text: string,
  onRow: (data: Buffer) => void,
): Promise<void> {
  const copy = new CopyOut(text, onRow);
  client.query(copy);
  return copy.finished;
}
