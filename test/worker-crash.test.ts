import type { JobQueue, QueueConnection } from '@segcast/queue';
import { findRedis, startEmbeddedRedis, type EmbeddedRedis } from '@segcast/runtime';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestHome, type TestHome } from './support/test-home.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';
import {
  createWorkerService,
  CUSTOMERS,
  type RunDigest,
  type WorkerService,
} from './support/worker-service.ts';

// Processes start slowly where there is much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let service: WorkerService;
let home: TestHome;
let redis: EmbeddedRedis | null;

beforeAll(async () => {
  const program = findRedis();
  home = createTestHome();
  // A server of its own: it is flushed.
  redis = program && (await startEmbeddedRedis(program, { home: home.path, durable: false }));
  service = await createWorkerService();
});
afterAll(async () => {
  await service.close();
  await redis?.stop();
  home.remove();
});

describe.each(['redis', 'postgres'] as const)('a worker with its jobs on %s', (kind) => {
  let connection: QueueConnection | null;
  let queue: JobQueue;
  let running: WorkerProcess | null = null;
  let undisturbed: RunDigest | undefined;

  beforeAll(async () => {
    if (kind === 'postgres') connection = { kind, url: service.url, schema: 'bullmq' };
    else connection = redis && { kind, url: redis.url, prefix: '{crash}' };
    if (connection) queue = await service.openQueue(connection);
  });
  beforeEach((context) => {
    if (connection === null) context.skip(`no ${kind} on this machine`);
  });
  afterAll(async () => {
    await running?.end('SIGKILL');
  });

  const worker = async (): Promise<WorkerProcess> => {
    if (running === null) {
      running = startWorkerProcess(service.url, connection!);
      await running.ready();
    }
    return running;
  };
  const endWorker = async (signal: NodeJS.Signals) => {
    const ended = await (await worker()).end(signal);
    running = null;
    return ended;
  };
  const held = async (): Promise<{ run: string; release: () => Promise<void> }> => {
    const release = await service.holdShard();
    const run = await service.submit(queue);
    await service.midway(run);
    return { run, release };
  };
  /** What a run that nothing happens to leaves behind. */
  const reference = async (): Promise<RunDigest> => {
    undisturbed ??= await service.finished(await service.submit(queue));
    return undisturbed;
  };
  const flush = async (): Promise<void> => {
    if (connection!.kind === 'postgres') {
      await service.rows('TRUNCATE bullmq.job CASCADE');
      return;
    }
    const client = new Redis(connection!.url);
    await client.flushall();
    client.disconnect();
  };

  test('scores a generated segment', async () => {
    await worker();
    const { status, counts, predictions } = await reference();
    expect(status).toBe('succeeded');
    expect(counts.processed).toBe(CUSTOMERS);
    expect(counts.successful + counts.failed).toBe(CUSTOMERS);
    expect(predictions).toMatch(new RegExp(` ${counts.successful}$`));
  });

  test('killed in the middle of a run and started again, it ends with the same bytes', async () => {
    await worker();
    const expected = await reference();
    const { run, release } = await held();
    expect(await endWorker('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    await release();
    await worker();
    expect(await service.finished(run)).toEqual(expected);
  });

  test('when its queue is flushed in the middle of a run, it ends with the same bytes', async () => {
    await worker();
    const expected = await reference();
    const { run, release } = await held();
    await flush();
    await release();
    expect(await service.finished(run)).toEqual(expected);
  });

  test('stopped in the middle of a run, it ends in order, and the run with the same bytes', async () => {
    await worker();
    const expected = await reference();
    const { run, release } = await held();
    const ending = endWorker('SIGTERM');
    await release();
    expect(await ending).toEqual({ code: 0, signal: null });
    await worker();
    expect(await service.finished(run)).toEqual(expected);
  });
});

test('a worker that is stopped hands back a shard that takes too long', async () => {
  const connection = { kind: 'postgres', url: service.url, schema: 'bullmq' } as const;
  const queue = await service.openQueue(connection);
  const one = startWorkerProcess(service.url, connection, { SCORING_THREADS: '1' });
  await one.ready();
  const release = await service.holdShard();
  const run = await service.submit(queue);
  await service.midway(run);
  const unlock = await service.lockWarehouse();
  await release();
  await service.readerWaits();
  expect(await one.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(one.log.map(({ msg }) => msg)).toContain(
    'shards in hand are given back: they took too long to end',
  );
  const states = 'SELECT DISTINCT status FROM segcast.run_shards WHERE run_id = $1 ORDER BY 1';
  expect(await service.rows(states, [run])).toEqual([{ status: 'done' }, { status: 'pending' }]);

  await unlock();
  const other = startWorkerProcess(service.url, connection);
  await other.ready();
  expect(await service.finished(run)).toMatchObject({ status: 'succeeded' });
  await other.end('SIGKILL');
});
