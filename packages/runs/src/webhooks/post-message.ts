import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { publicLookup, refusePrivateAddress } from './public-address.ts';

/** From the look-up of the name to the end of the answer. */
const TIME_LIMIT_MS = 10_000;
/** What more a receiver answers is not read. */
const MOST_ANSWER_BYTES = 65_536;

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends a message and answers the HTTP status, whatever it is; redirects are not followed. Rejects
 * when there is no answer within the time limit, or the receiver is not to be called.
 */
export async function postMessage(
  { url, headers, body }: Message,
  { allowPrivate }: { allowPrivate: boolean },
): Promise<number> {
  if (!allowPrivate) refusePrivateAddress(url);
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const request = send(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    // A connection of its own: one that is kept could have been opened for another's name.
    agent: false,
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
    ...(!allowPrivate && { lookup: publicLookup }),
  });
  try {
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await drain(response);
    return response.statusCode ?? 0;
  } finally {
    request.destroy();
  }
}

async function drain(response: IncomingMessage): Promise<void> {
  let read = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    read += part.length;
    if (read > MOST_ANSWER_BYTES) return;
  }
}
