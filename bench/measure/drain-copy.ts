import type { Socket } from 'node:net';
import pg from 'pg';
import { withClient } from '../service/bench-service.ts';

const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const ERROR_RESPONSE = 'E'.charCodeAt(0);
/** A message is a byte for its kind and four for its length, itself included. */
const HEADER_BYTES = 5;

/** Reads the rows of a COPY from the socket and looks at nothing but where messages end. */
export async function drainCopy(databaseUrl: string, copy: string): Promise<number> {
  return await withClient(databaseUrl, async (client) => {
    const started = performance.now();
    await drained(client, copy);
    return performance.now() - started;
  });
}

function drained(client: pg.Client, copy: string): Promise<void> {
  const { connection } = client as unknown as {
    connection: { stream: Socket; query(text: string): void };
  };
  const { stream } = connection;
  const parser = stream.listeners('data') as ((data: Buffer) => void)[];
  stream.removeAllListeners('data');
  return new Promise((resolve, reject) => {
    const scan = createScanner();
    const onData = (data: Buffer): void => {
      const end = scan(data);
      if (end === null) return;
      stream.off('data', onData);
      for (const listener of parser) stream.on('data', listener);
      if (end === 'failed') reject(new Error('The COPY failed.'));
      else resolve();
    };
    stream.on('data', onData);
    connection.query(copy);
  });
}

/** Follows the messages over the chunks of a stream; answers how it ended when it has. */
function createScanner(): (data: Buffer) => 'done' | 'failed' | null {
  const header = Buffer.alloc(HEADER_BYTES);
  let filled = 0;
  let left = 0;
  let failed = false;
  return (data) => {
    let at = Math.min(left, data.length);
    left -= at;
    while (at < data.length) {
      const copied = data.copy(header, filled, at, at + HEADER_BYTES - filled);
      filled += copied;
      at += copied;
      if (filled < HEADER_BYTES) return null;
      if (header[0] === ERROR_RESPONSE) failed = true;
      if (header[0] === READY_FOR_QUERY) return failed ? 'failed' : 'done';
      filled = 0;
      const body = header.readInt32BE(1) - (HEADER_BYTES - 1);
      const here = Math.min(body, data.length - at);
      left = body - here;
      at += here;
    }
    return null;
  };
}
