import {
  openJobQueue,
  startJobWorkers,
  type JobQueue,
  type JobWorkers,
  type QueueConnection,
} from '@segcast/queue';
import { findRedis, startEmbeddedRedis, type EmbeddedRedis } from '@segcast/runtime';
import { Redis } from 'ioredis';
import pg from 'pg';
import { v7 as runId } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/services.ts';
import { createTestHome, type TestHome } from './support/test-home.ts';
import { startProxy, type Proxy } from './support/worker-proxy.ts';
import { until } from './support/worker-wait.ts';

const AWAY = { code: 'queue_unavailable' };

interface Rig {
  queue: JobQueue;
  workers: JobWorkers;
  done: number[];
  errors: Error[];
}

async function openRig(connection: QueueConnection): Promise<Rig> {
  const done: number[] = [];
  const errors: Error[] = [];
  const workers = await startJobWorkers(
    connection,
    {
      deliver: () => Promise.resolve(),
      trainModel: () => Promise.resolve(),
      planRun: () => Promise.resolve(),
      scoreShard: ({ shard }) => Promise.resolve(void done.push(shard)),
      nightly: () => Promise.resolve(),
    },
    { shardConcurrency: 1, onError: (error) => errors.push(error) },
  );
  return { queue: await openJobQueue(connection), workers, done, errors };
}

/** Enqueues until the queue takes it, as the sweeper would. */
async function scoreEventually({ queue, done }: Rig, shard: number): Promise<void> {
  const job = { run_id: runId(), shard, dispatch: 0 };
  await until(() =>
    queue.scoreShards([job]).then(
      () => true,
      () => false,
    ),
  );
  await until(() => done.includes(shard));
}

async function closeRig({ queue, workers }: Rig): Promise<void> {
  await workers.close();
  await queue.close();
}

const program = findRedis();
describe.skipIf(program === null)('Redis that goes away', () => {
  let home: TestHome;
  let redis: EmbeddedRedis;
  let proxy: Proxy;
  let connection: QueueConnection;
  let rig: Rig | undefined;

  beforeAll(async () => {
    home = createTestHome();
    redis = await startEmbeddedRedis(program!, { home: home.path, durable: false });
  });
  afterAll(async () => {
    await redis.stop();
    home.remove();
  });
  beforeEach(async () => {
    proxy = await startProxy(redis.url);
    connection = { kind: 'redis', url: proxy.url, prefix: '{outage}' };
  });
  afterEach(async () => {
    if (rig) await closeRig(rig);
    rig = undefined;
    await proxy.close();
  });

  const command = async (...words: [string, ...string[]]): Promise<void> => {
    const client = new Redis(redis.url);
    await client.call(...words);
    client.disconnect();
  };

  test('producers hear of refused connections instead of waiting', async () => {
    const queue = await openJobQueue(connection);
    await proxy.refuse();
    await expect(queue.planRun({ run_id: runId(), dispatch: 0 })).rejects.toMatchObject(AWAY);
    await expect(queue.ping()).rejects.toMatchObject(AWAY);
    await queue.close();
  });

  test('producers hear of a network that swallows everything', async () => {
    const queue = await openJobQueue(connection);
    proxy.swallow();
    await expect(queue.planRun({ run_id: runId(), dispatch: 0 })).rejects.toMatchObject(AWAY);
    await expect(queue.ping()).rejects.toMatchObject(AWAY);
    await queue.close();
  });

  test.each(['refuse', 'swallow'] as const)(
    'a queue opened while Redis is away (%s) works when it is there',
    async (how) => {
      await proxy[how]();
      const queue = await openJobQueue(connection);
      await expect(queue.ping()).rejects.toMatchObject(AWAY);
      await proxy.restore();
      await until(() =>
        queue.ping().then(
          () => true,
          () => false,
        ),
      );
      await queue.planRun({ run_id: runId(), dispatch: 0 });
      await queue.close();
    },
  );

  test('its messages never show a password', async () => {
    await proxy.refuse();
    const queue = await openJobQueue(connection);
    const error: unknown = await queue.ping().catch((reason: unknown) => reason);
    expect((error as Error).message).toContain(new URL(proxy.url).host);
    expect((error as Error).message).not.toContain(new URL(proxy.url).password);
    await queue.close();
  });

  test('workers started while it is away begin when it is there, and report it once', async () => {
    await proxy.refuse();
    rig = await openRig(connection);
    await until(() => rig!.errors.length > 0);
    await proxy.restore();
    await scoreEventually(rig, 1);
    expect(rig.errors).toEqual([expect.objectContaining(AWAY)]);
  });

  test('workers go on after a restart that lost scripts and data, and report it once', async () => {
    rig = await openRig(connection);
    await scoreEventually(rig, 1);
    await proxy.refuse();
    await command('FLUSHALL');
    await command('SCRIPT', 'FLUSH');
    await until(() => rig!.errors.length > 0);
    await proxy.restore();
    await scoreEventually(rig, 2);
    expect(rig.errors).toEqual([expect.objectContaining(AWAY)]);
  });

  test('workers go on after a flush', async () => {
    rig = await openRig(connection);
    await scoreEventually(rig, 1);
    await command('FLUSHALL');
    await scoreEventually(rig, 2);
    expect(rig.errors).toEqual([]);
  });

  test('workers close while it is away', async () => {
    const { queue, workers } = await openRig(connection);
    await proxy.refuse();
    await expect(workers.close()).resolves.toBeUndefined();
    await queue.close();
  });

  test('workers that never saw it close', async () => {
    await proxy.refuse();
    const { queue, workers } = await openRig(connection);
    await expect(workers.close()).resolves.toBeUndefined();
    await queue.close();
  });
});

describe('PostgreSQL that goes away', () => {
  let database: TestDatabase;
  let proxy: Proxy;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startProxy(database.url);
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  test('workers go on when their sessions were ended, and report it once', async () => {
    const rig = await openRig({ kind: 'postgres', url: database.url, schema: 'bullmq' });
    await scoreEventually(rig, 1);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await client.end();
    await scoreEventually(rig, 2);
    expect(rig.errors).toEqual([expect.objectContaining(AWAY)]);
    await closeRig(rig);
  });

  test('producers hear of a network that fails, workers go on after it', async () => {
    const rig = await openRig({ kind: 'postgres', url: proxy.url, schema: 'bullmq' });
    await proxy.refuse();
    await expect(rig.queue.ping()).rejects.toMatchObject(AWAY);
    await proxy.restore();
    await scoreEventually(rig, 3);
    proxy.swallow();
    await expect(rig.queue.ping()).rejects.toMatchObject(AWAY);
    await proxy.restore();
    await scoreEventually(rig, 4);
    await closeRig(rig);
  });

  test('a queue cannot be opened while it is away', async () => {
    await proxy.refuse();
    const connection = { kind: 'postgres', url: proxy.url, schema: 'bullmq' } as const;
    await expect(openJobQueue(connection)).rejects.toMatchObject(AWAY);
    await proxy.restore();
  });
});
