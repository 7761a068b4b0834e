import type { Role } from '@segcast/contracts';
import { createApiKey } from '@segcast/store';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRateLimits } from '../apps/api/src/access/rate-limits.ts';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { queueConnections } from './support/services.ts';
import { until } from './support/until.ts';

// Only the number and the kinds matter here; each server takes the one for its own database.
const kinds = queueConnections('postgres://nowhere').map(({ kind }) => kind);

describe.each(kinds)('limits counted beside a queue in %s', (kind) => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApiServer({
      queue: (url) => queueConnections(url).find((connection) => connection.kind === kind)!,
      access: { requestsPerMinute: 5, failuresPerMinute: 3, trustProxy: ['loopback'] },
    });
  });
  afterAll(() => api.close());

  async function keyOf(role: Role): Promise<Record<string, string>> {
    const { store } = api.service;
    const { secret } = await createApiKey(store, { name: role, role, expiresAt: null });
    // That the service was open is remembered for a second.
    api.deps.access.forget();
    return { Authorization: `Bearer ${secret}` };
  }

  const read = (headers: Record<string, string> = {}) => api.call('GET', '/segments/', { headers });

  it('an open service has none', async () => {
    for (let i = 0; i < 10; i++) {
      const { status, headers } = await read();
      expect([status, headers.get('ratelimit')]).toEqual([200, null]);
    }
  });

  it('each key has its own, and is told how much is left', async () => {
    const [one, other] = [await keyOf('read'), await keyOf('read')];
    for (let left = 4; left >= 0; left--) {
      const { status, headers } = await read(one);
      expect(status).toBe(200);
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"key"; r=${left}; t=\\d+$`));
      expect(headers.get('ratelimit-policy')).toMatch(/^"key"; q=5; w=60; pk=:.*:$/);
    }
    const refused = await read(one);
    expect([refused.status, problemOf(refused).code]).toEqual([429, 'rate_limited']);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect((await read(other)).status).toBe(200);
    expect((await api.call('GET', '//healthz', { headers: one })).status).toBe(200);
  });

  it('an address has so many wrong keys, and good ones from it are let in all the while', async () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const wrong = { Authorization: 'Bearer wrong', ...from('203.0.113.7') };
    const good = { ...(await keyOf('read')), ...from('203.0.113.7') };
    for (let i = 0; i < 3; i++) expect((await read(wrong)).status).toBe(401);
    const refused = await read(wrong);
    expect([refused.status, problemOf(refused).code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const body = { key: 'wrong as well' };
    const signIn = await api.call('POST', '/session/', { body, headers: from('203.0.113.7') });
    expect(signIn.status).toBe(429);
    expect((await read(good)).status).toBe(200);
    expect((await read({ ...wrong, ...from('203.0.113.8') })).status).toBe(401);
    // A request without a key guesses nothing.
    for (let i = 0; i < 5; i++) expect((await read(from('203.0.113.9'))).status).toBe(401);
  });

  it('the cookies keep to https where a trusted proxy says so', async () => {
    const { Authorization: header = '' } = await keyOf('read');
    const answer = await api.call('POST', '/session/', {
      body: { key: header.slice('Bearer '.length) },
      headers: { 'X-Forwarded-Proto': 'https' },
    });
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toContain('; Secure; SameSite=Strict');
  });
});

describe('limits in Redis', () => {
  const connection = queueConnections('postgres://nowhere').find(({ kind }) => kind === 'redis');

  it.skipIf(connection === undefined)('are shared by all processes', async () => {
    const options = { queue: connection!, requestsPerMinute: 1, failuresPerMinute: 4 };
    const limits = [createRateLimits(options), createRateLimits(options)];
    const redis = new Redis(inject('redisUrl')!);
    const key = `${(connection as { prefix: string }).prefix}:rate:failures:203.0.113.20`;
    const counted = async () => Number((await redis.get(key)) ?? 0);
    const passedOf20 = async () => {
      let passed = 0;
      for (let i = 0; i < 20; i++) {
        const counting = limits[i % 2]!.failures.count('203.0.113.20');
        await counting.then(() => passed++).catch(() => undefined);
      }
      return passed;
    };
    // Until it is connected each process counts for itself.
    await until('both count in Redis', async () => {
      const before = await counted();
      await passedOf20();
      return (await counted()) === before + 20;
    });
    expect(await passedOf20()).toBe(0);
    redis.disconnect();
    for (const each of limits) each.close();
  });

  it('are counted here while there is no Redis', async () => {
    const queue = { kind: 'redis', url: 'redis://127.0.0.1:1', prefix: '{none}' } as const;
    const limits = createRateLimits({ queue, requestsPerMinute: 1, failuresPerMinute: 2 });
    await limits.failures.count('203.0.113.30');
    await limits.failures.count('203.0.113.30');
    await expect(limits.failures.count('203.0.113.30')).rejects.toMatchObject({
      code: 'rate_limited',
    });
    limits.close();
  });
});
