import { statSync } from 'node:fs';

import { findRedis, startEmbeddedRedis } from '@segcast/runtime';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createTestHome, type TestHome } from './support/test-home.ts';
import { isAlive } from './support/until.ts';

const program = findRedis();
let home: TestHome;

beforeAll(() => {
  home = createTestHome();
});
afterAll(() => home.remove());

describe.runIf(program)('the Redis that is started here', () => {
  const start = () => startEmbeddedRedis(program!, { home: home.path });

  test('keeps what it was given over a restart, and never evicts', async () => {
    const first = await start();
    const before = new Redis(first.url);
    await before.set('job', 'waiting');
    expect(await before.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
    before.disconnect();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    const after = new Redis(second.url);
    expect(await after.get('job')).toBe('waiting');
    after.disconnect();
    await second.stop();
  });

  test('wants its password', async () => {
    const server = await start();
    const url = new URL(server.url);
    const { password } = url;
    url.password = '';
    const stranger = new Redis(url.href, { lazyConnect: true, maxRetriesPerRequest: 0 });
    stranger.on('error', () => undefined);
    await expect(stranger.ping()).rejects.toThrow('NOAUTH');
    stranger.disconnect();
    expect(password.length).toBeGreaterThan(20);
    await server.stop();
  });

  test.runIf(process.getuid?.() === 0)('runs as another user when we are root', async () => {
    const server = await start();
    expect(statSync(`/proc/${server.pid}`).uid).toBe(65534);
    await server.stop();
  });
});
