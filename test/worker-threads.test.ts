import { AppError } from '@segcast/contracts';
import { claimShard, readRunRecord, type ClaimedShard } from '@segcast/store';
import { planShards, type RunLog } from '@segcast/runs';
import { openWarehouse } from '@segcast/warehouse';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ScoringPool } from '../apps/worker/src/threads/scoring-pool.ts';
import {
  createWorkerService,
  CUSTOMERS,
  HELD_SHARD,
  type WorkerService,
} from './support/worker-service.ts';
import { until } from './support/worker-wait.ts';

// Processes start slowly where there is much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const NEVER = new AbortController().signal;
const CLAIMS = { leaseMs: 60_000, heartbeatMs: 1000, maxClaims: 5 };
const BATCH_SIZE = 1024;
const CAPABILITIES = { engines: ['tfjs-wasm'] };

let service: WorkerService;
let pool: ScoringPool;
const errors: string[] = [];
/** As Node creates them: a test can end one from outside. */
const threads: Worker[] = [];

const log: RunLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (_, message) => errors.push(message),
};

beforeAll(async () => {
  process.on('worker', (worker: Worker) => threads.push(worker));
  service = await createWorkerService();
  pool = await ScoringPool.start(
    {
      storeUrl: service.url,
      warehouse: warehouseOptions(),
      engine: 'tfjs-wasm',
      batchSize: BATCH_SIZE,
    },
    1,
    log,
  );
});
afterAll(async () => {
  await pool.close();
  await service.close();
});

function warehouseOptions() {
  return { url: service.url, relation: 'customer_features_view', statementTimeoutMs: 60_000 };
}

/** Submits and plans a run, and claims its shards one by one. */
async function plannedRun(shardSize: number) {
  const queue = { ...(await service.openQueue(postgres())), scoreShards: () => Promise.resolve() };
  const runId = await service.submit(queue);
  const warehouse = openWarehouse({ ...warehouseOptions(), poolMax: 1 });
  const deps = {
    store: service.store,
    warehouse,
    queue,
    claims: CLAIMS,
    engine: 'tfjs-wasm',
    shardSize,
    log,
  };
  await planShards(deps, { run_id: runId, dispatch: 0 });
  await warehouse.close();
  const claim = async (shard: number): Promise<ClaimedShard> =>
    (await claimShard(service.store, { runId, shard }, CAPABILITIES, CLAIMS))!;
  return { runId, claim };
}

function postgres() {
  return { kind: 'postgres', url: service.url, schema: 'bullmq' } as const;
}

test('scores a shard in a thread and tells how far it is', async () => {
  const { runId, claim } = await plannedRun(1_000_000);
  const progress: number[] = [];
  await pool.scoreShard(await claim(0), NEVER, (processed) => progress.push(processed));
  // Of the first batch at once, of others now and then.
  expect(progress[0]).toBe(BATCH_SIZE);
  expect(progress.at(-1)).toBeLessThanOrEqual(CUSTOMERS);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});

test('an error keeps its code on the way from the thread', async () => {
  const { claim } = await plannedRun(1_000_000);
  const claimed = await claim(0);
  const stale = { ...claimed, attempt: claimed.attempt - 1 };
  await expect(pool.scoreShard(stale, NEVER, () => undefined)).rejects.toMatchObject({
    code: 'fence_lost',
    retryable: false,
  });
  await expect(
    pool.scoreShard(
      { ...claimed, models: { churn: { version: 'gone', placeholder: false } } },
      NEVER,
      () => undefined,
    ),
  ).rejects.toMatchObject({ code: 'model_not_found' });
  await pool.scoreShard(claimed, NEVER, () => undefined);
});

test('an aborted shard rejects with the reason, and leaves nothing behind', async () => {
  const { runId, claim } = await plannedRun(1_000_000);
  const claimed = await claim(0);
  const unlock = await service.lockWarehouse();
  const stop = new AbortController();
  const scoring = pool.scoreShard(claimed, stop.signal, () => undefined);
  await service.readerWaits();
  stop.abort(new AppError('run_cancelled', 'enough'));
  await expect(scoring).rejects.toMatchObject({ code: 'run_cancelled', message: 'enough' });
  await unlock();
  const kept = 'SELECT FROM segcast.prediction_chunks WHERE run_id = $1';
  expect(await service.rows(kept, [runId])).toEqual([]);
  await pool.scoreShard(claimed, NEVER, () => undefined);
  expect(await service.rows(kept, [runId])).not.toEqual([]);
});

test('shards beyond the threads wait for one', async () => {
  const { runId, claim } = await plannedRun(10_000);
  const claimed = [await claim(0), await claim(1)];
  await Promise.all(claimed.map((shard) => pool.scoreShard(shard, NEVER, () => undefined)));
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});

test('a thread scores the next shards while one waits to be saved', async () => {
  const { runId, claim } = await plannedRun(2000);
  const score = async (shard: number) =>
    pool.scoreShard(await claim(shard), NEVER, () => undefined);
  const unfinished = () =>
    service.rows('SELECT shard FROM segcast.run_shards WHERE run_id = $1 AND status <> $2', [
      runId,
      'done',
    ]);
  const others = (await unfinished()).length - 1;
  const letGo = await service.holdShard();
  const saving = score(HELD_SHARD);
  for (let shard = 0; shard <= others; shard++) if (shard !== HELD_SHARD) await score(shard);
  expect(await unfinished()).toEqual([{ shard: HELD_SHARD }]);
  await letGo();
  await saving;
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});

test('a shard that waits for a thread is given up at once', async () => {
  const { runId, claim } = await plannedRun(10_000);
  const [first, second] = [await claim(0), await claim(1)];
  const unlock = await service.lockWarehouse();
  const scoring = pool.scoreShard(first, NEVER, () => undefined);
  await service.readerWaits();
  const stop = new AbortController();
  const waiting = pool.scoreShard(second, stop.signal, () => undefined);
  stop.abort(new AppError('run_cancelled', 'enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'run_cancelled' });
  const other = pool.scoreShard(second, NEVER, () => undefined);
  pool.abort(new AppError('internal', 'stopped'));
  await expect(other).rejects.toMatchObject({ message: 'stopped' });
  await expect(scoring).rejects.toMatchObject({ message: 'stopped' });
  await unlock();
  for (const shard of [first, second]) await pool.scoreShard(shard, NEVER, () => undefined);
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});

test('a thread that ends rejects its shard and is replaced', async () => {
  const { runId, claim } = await plannedRun(1_000_000);
  const claimed = await claim(0);
  const before = threads.length;
  const unlock = await service.lockWarehouse();
  const scoring = pool.scoreShard(claimed, NEVER, () => undefined);
  await service.readerWaits();
  void threads.at(-1)!.terminate();
  await expect(scoring).rejects.toMatchObject({ code: 'internal', retryable: true });
  await unlock();
  expect(errors).toContain('scoring thread ended; another is started');
  await until(() => threads.length > before);
  await pool.scoreShard(claimed, NEVER, () => undefined);
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});

test('threads that cannot score say why', async () => {
  const settings = {
    storeUrl: 'postgres://nobody@127.0.0.1:1/none',
    warehouse: warehouseOptions(),
    engine: 'tfjs-wasm',
    batchSize: 1024,
  } as const;
  const error: unknown = await ScoringPool.start(settings, 2, log).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});
