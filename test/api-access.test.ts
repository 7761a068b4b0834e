import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

/** By node:http, since fetch sets some headers itself. */
function send(method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number; code: unknown }>((resolve, reject) => {
    const { hostname, port } = new URL(api.origin);
    const outgoing = request({ hostname, port, method, path, headers }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => {
        const isProblem = incoming.headers['content-type']?.includes('problem') === true;
        const code = isProblem ? (JSON.parse(text) as { code: unknown }).code : undefined;
        resolve({ status: incoming.statusCode ?? 0, code });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const hostOf = (name: string) => `${name}:${new URL(api.origin).port}`;

describe('the Host header', () => {
  it.each(['localhost', '127.0.0.1', '127.8.8.8', '[::1]', 'LOCALHOST'])(
    '%s is let in',
    async (name) => {
      expect((await send('GET', '/healthz', { Host: hostOf(name) })).status).toBe(200);
      expect((await send('GET', '/healthz', { Host: name })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '192.168.0.1',
    'localhost@evil.example',
    'a b',
  ])('%j is not', async (host) => {
    for (const path of ['/healthz', '/', '/admin/queues', '/openapi.json', '/nonsense']) {
      const answer = await send('GET', path, { Host: host });
      expect(answer).toEqual({ status: 403, code: 'forbidden_host' });
    }
  });
});

describe('writes', () => {
  const CALCULATE = '/api/loyalty/v1/segments/999/calculate/';
  const RETRY = '/admin/queues/api/queues/shards/1/retry';

  it('from pages of other origins are refused, those of Bull Board too', async () => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: `http://${hostOf('localhost')}` },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: api.origin, 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      for (const [method, path] of [
        ['POST', CALCULATE],
        ['PATCH', '/api/loyalty/v1/segments/1/'],
        ['DELETE', '/api/loyalty/v1/segments/1/'],
        ['PUT', RETRY],
        ['PUT', '/admin/queues/api/queues/pause'],
      ] as const) {
        const answer = await send(method, path, { Host: hostOf('127.0.0.1'), ...headers });
        expect(answer).toEqual({ status: 403, code: 'forbidden_origin' });
      }
    }
  });

  it('from our own pages and from no page are let through', async () => {
    for (const headers of [
      {},
      { Origin: api.origin, 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
    ]) {
      const answer = await send('POST', CALCULATE, { Host: hostOf('127.0.0.1'), ...headers });
      expect(answer).toEqual({ status: 404, code: 'segment_not_found' });
    }
  });

  it('reads may come from anywhere: the browser keeps the answers from other pages', async () => {
    const answer = await send('GET', '/healthz', {
      Host: hostOf('localhost'),
      Origin: 'https://evil.example',
    });
    expect(answer.status).toBe(200);
  });
});

it('no answer allows scripts of others, framing or a guess of its type', async () => {
  for (const path of ['/', '/healthz', '/api/loyalty/v1/segments/0/']) {
    const { headers } = await fetch(api.origin + path);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    if (path !== '/api/loyalty/v1/segments/0/')
      expect(headers.get('cache-control')).toBe('no-store');
  }
});
