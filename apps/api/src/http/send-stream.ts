import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { StreamedBody } from './route.ts';

/** A client that takes nothing for so long is given up: it holds a connection to the database. */
const STALLED_MS = 60_000;

export const EVENT_STREAM = 'text/event-stream' as const;

/** Fast rather than small: an export must not wait for its compression. */
const CODINGS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGzip({ level: 2 }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
};

/**
 * Sends a body as it is made, compressed when the client asks for it. Resolves when it is sent or
 * the client has gone, which ends the making. What fails before the first chunk is thrown, with
 * nothing sent and `start` not called; when the making fails later the connection is cut, so that
 * no client takes a part for the whole.
 */
export async function sendStream(
  { contentType, chunks }: StreamedBody,
  request: Request,
  response: Response,
  start: () => Response,
): Promise<void> {
  if (request.method === 'HEAD') {
    start().type(contentType).end();
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    // Events would wait in the compressor for others to come.
    const coding = contentType === EVENT_STREAM ? false : pickCoding(request);
    start().type(contentType).vary('Accept-Encoding');
    if (coding !== false) response.setHeader('Content-Encoding', coding);
    response.setTimeout(STALLED_MS, () => response.destroy());
    response.flushHeaders();
    const compressor = coding === false ? [] : [CODINGS[coding]!()];
    const body = Readable.from(resume(first, iterator), { objectMode: false });
    await pipeline([body, ...compressor, response]);
  } catch (error) {
    if (!hasGone(error)) throw error;
  } finally {
    await iterator.return?.();
  }
}

type Chunk = string | Uint8Array;

/** Bytes at once: texts that were put together, and wait, are megabytes of small objects. */
async function* resume(
  first: IteratorResult<Chunk>,
  rest: AsyncIterator<Chunk>,
): AsyncGenerator<Uint8Array> {
  for (let next = first; next.done !== true; next = await rest.next()) {
    yield typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
  }
}

function pickCoding(request: Request): string | false {
  // Without the header any coding would do, but such clients seldom know one.
  if (request.get('accept-encoding') === undefined) return false;
  const coding = request.acceptsEncodings('gzip', 'br', 'identity');
  return coding === 'identity' ? false : coding;
}

function hasGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
