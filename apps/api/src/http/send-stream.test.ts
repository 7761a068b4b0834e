import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { AppError } from '@segcast/contracts';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendProblems } from './problems.ts';
import { sendStream } from './send-stream.ts';

const LINES = Array.from({ length: 2000 }, (_, n) => `line ${n}\n`);
const silent = () => undefined;

let server: Server;
let chunks: () => AsyncGenerator<string>;
let ended: Promise<void>;
let end: () => void;

beforeEach(async () => {
  ended = new Promise((resolve) => (end = resolve));
  const app = express();
  app.get('/', async (request, response) => {
    const start = () => response.status(200).set('Content-Disposition', 'attachment');
    await sendStream({ contentType: 'text/csv', chunks: chunks() }, request, response, start);
  });
  app.use(sendProblems({ debug: silent, info: silent, warn: silent, error: silent }));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function* allLines(): AsyncGenerator<string> {
  for (const line of LINES) yield await Promise.resolve(line);
}

async function ask(method = 'GET', coding?: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const headers = coding === undefined ? {} : { 'Accept-Encoding': coding };
  const request = get({ host: '127.0.0.1', port, method, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  return Buffer.concat((await response.toArray()) as Buffer[]);
}

test.each([
  [undefined, undefined, (bytes: Buffer) => bytes],
  ['identity', undefined, (bytes: Buffer) => bytes],
  ['gzip', 'gzip', gunzipSync],
  ['br;q=1, gzip;q=0.5', 'br', brotliDecompressSync],
])('sends every chunk to a client that accepts %s', async (accepted, coding, decode) => {
  chunks = allLines;
  const response = await ask('GET', accepted);
  expect(response.headers['content-encoding']).toBe(coding);
  expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(response.headers.vary).toBe('Accept-Encoding');
  expect(decode(await bytesOf(response)).toString()).toBe(LINES.join(''));
});

test('answers HEAD without making anything', async () => {
  chunks = async function* () {
    await Promise.reject(new Error('asked for'));
    yield '';
  };
  const response = await ask('HEAD');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-disposition']).toBe('attachment');
});

test('is a problem when it fails before the first chunk', async () => {
  chunks = async function* () {
    await Promise.reject(new AppError('run_not_found', 'There is no such run.'));
    yield '';
  };
  const response = await ask('GET', 'gzip');
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-encoding']).toBeUndefined();
  expect(response.headers['content-disposition']).toBeUndefined();
  expect(JSON.parse((await bytesOf(response)).toString())).toMatchObject({ code: 'run_not_found' });
});

test('is cut when it fails midway', async () => {
  chunks = async function* () {
    yield* LINES;
    await Promise.resolve();
    throw new AppError('store_unavailable', 'Gone.');
  };
  const response = await ask();
  await expect(bytesOf(response)).rejects.toThrow('aborted');
});

// Without it an export whose reader has gone goes on to its end, and holds its connection.
test('is ended when the client goes away', async () => {
  chunks = async function* () {
    try {
      for (;;) yield await Promise.resolve('x'.repeat(65_536));
    } finally {
      end();
    }
  };
  const response = await ask();
  response.destroy();
  await ended;
});
