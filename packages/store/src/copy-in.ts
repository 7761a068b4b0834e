import type pg from 'pg';

const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const COPY_FAIL = 0x66;
/** A message's type and its length, which counts itself but not the type. */
export const COPY_DATA_HEADER = 5;

/** Fills the first bytes of `message` so that it is a CopyData message of its whole length. */
export function sealCopyData(message: Buffer): Buffer {
  message[0] = COPY_DATA;
  message.writeInt32BE(message.length - 1, 1);
  return message;
}

function copyData(content: Buffer): Buffer {
  return sealCopyData(Buffer.concat([Buffer.alloc(COPY_DATA_HEADER), content]));
}

/** Signature, flags and an empty extension: how every binary COPY begins. */
const BEGIN = copyData(Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'));
const END = Buffer.concat([
  copyData(Buffer.from([0xff, 0xff])),
  Buffer.from([COPY_DONE, 0, 0, 0, 4]),
]);

/**
 * A COPY … FROM STDIN on the raw socket, as pg's query queue takes it. pg has no such query of its
 * own, and the usual package copies every buffer once more.
 */
class CopyIn implements pg.Submittable {
  readonly accepted: Promise<void>;
  readonly finished: Promise<void>;
  readonly #text: string;
  #connection: pg.Connection | undefined;
  #accept!: () => void;
  #finish!: () => void;
  readonly #reject: ((error: Error) => void)[] = [];

  constructor(text: string) {
    this.#text = text;
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#reject.push(reject);
    });
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#reject.push(reject);
    });
    // They are awaited, but maybe only after they were rejected.
    this.accepted.catch(() => undefined);
    this.finished.catch(() => undefined);
  }

  /**
   * Resolves when the socket can take more; rejects when the server has refused the COPY. `onSent`
   * is called when the system has taken the bytes.
   */
  async write(data: Buffer, onSent: () => void = () => undefined): Promise<void> {
    const stream = this.#connection?.stream;
    const taken = (error?: Error | null): void => {
      if (!error) onSent();
    };
    if (stream?.write(data, taken) !== false) {
      // Of bytes that were taken at once Node tells in the next tick, and promises alone never let
      // one come.
      await new Promise((resolve) => process.nextTick(resolve));
      return;
    }
    let onDrain = (): void => undefined;
    const drained = new Promise<void>((resolve) => (onDrain = resolve));
    stream.once('drain', onDrain);
    try {
      await Promise.race([drained, this.finished]);
    } finally {
      stream.off('drain', onDrain);
    }
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection;
    connection.query(this.#text);
  }

  handleCopyInResponse(): void {
    this.#accept();
  }

  handleError(error: Error): void {
    for (const reject of this.#reject) reject(error);
  }

  handleCommandComplete(): void {
    // The answer that counts is ReadyForQuery: only then is the connection free again.
  }

  handleReadyForQuery(): void {
    this.#finish();
  }
}

/**
 * Sends rows by binary COPY. `pieces` are whole CopyData messages (see `sealCopyData`), made as the
 * socket takes them, and handed to `onSent` when it has. When making one throws, the COPY is called
 * off and the connection stays usable.
 */
export function copyIn(
  client: pg.PoolClient,
  text: string,
  pieces: Iterable<Buffer>,
  onSent: (piece: Buffer) => void,
): Promise<void> {
  return feedCopyIn(client, text, async (write) => {
    for (const piece of pieces) await write(piece, () => onSent(piece));
  });
}

/** The same of rows that come by themselves: `write` resolves when the socket can take more. */
export async function feedCopyIn<T>(
  client: pg.PoolClient,
  text: string,
  feed: (write: (piece: Buffer, onSent?: () => void) => Promise<void>) => Promise<T>,
): Promise<T> {
  const copy = new CopyIn(text);
  client.query(copy);
  await copy.accepted;
  let fed: T;
  try {
    await copy.write(BEGIN);
    fed = await feed((piece, onSent) => copy.write(piece, onSent));
  } catch (error) {
    await copy.write(Buffer.from([COPY_FAIL, 0, 0, 0, 5, 0]));
    await copy.finished.catch(() => undefined);
    throw error;
  }
  await copy.write(END);
  await copy.finished;
  return fed;
}
