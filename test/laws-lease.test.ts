import { AppError } from '@segcast/contracts';
import { planShards, readRun, runShard, scoreShard, sweep } from '@segcast/runs';
import { claimPlan, claimShard, readRunRecord, saveShards } from '@segcast/store';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CLAIMS, createRunService, type RunService } from './support/run-service.ts';
import { until } from './support/until.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService({ shardSize: 2000 });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => service.close());

function claimOf(runId: string) {
  const { capabilities } = service.shardDeps;
  return claimShard(service.store, { runId, shard: 0 }, capabilities, CLAIMS);
}

// Without heartbeats every shard that takes longer than a lease is scored over and over.
it('holds a shard for longer than its lease while the worker is alive', async () => {
  const runId = await service.plan(await service.segment());
  const job = { run_id: runId, shard: 0, dispatch: 0 };
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const slow = runShard(
    {
      ...service.shardDeps,
      scoreShard: async (shard, signal, onProgress) => {
        onProgress(321);
        await held;
        await scoreShard(service.scoreDeps, shard, signal);
      },
    },
    job,
  );
  const started = await service.sql<{ ends: Date }>(
    "SELECT clock_timestamp() + $1 * interval '1 ms' AS ends",
    [2 * CLAIMS.leaseMs],
  );
  await until('two leases have passed', async () => {
    const [row] = await service.sql<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row!.now > started[0]!.ends;
  });
  expect(await claimOf(runId)).toBeNull();
  expect((await readRun(service, runId)).progress).toMatchObject({ processed: 321 });
  end();
  await slow;
  expect(await readRun(service, runId)).toMatchObject({ status: 'succeeded', processed: 1000 });
});

// Without leases the shard of a killed worker is never taken up again.
it('frees the shard of a worker that was killed', async () => {
  const runId = await service.plan(await service.segment());
  await service.claim(runId, 0);
  expect(await claimOf(runId)).toBeNull();
  await service.expireLeases(runId);
  expect(await claimOf(runId)).toMatchObject({ attempt: 2 });
});

// With the worker's own clock in place of the database's, one whose clock is ahead takes every shard
// from its holder.
it('goes by the clock of the database', async () => {
  const runId = await service.plan(await service.segment());
  await service.claim(runId, 0);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  expect(await claimOf(runId)).toBeNull();
});

// Without our own count a shard that kills every worker, say by memory, kills them for ever.
it('fails the run when a shard has outlived its claims, with the last error', async () => {
  const runId = await service.plan(await service.segment());
  const failing = {
    ...service.shardDeps,
    scoreShard: () => Promise.reject(new Error('no memory left')),
  };
  const job = { run_id: runId, shard: 0, dispatch: 0 };
  for (let attempt = 1; attempt <= CLAIMS.maxClaims; attempt++) {
    await service.ageJobs(runId);
    await expect(runShard(failing, job)).rejects.toThrow('no memory left');
    const { status } = await readRunRecord(service.store, runId);
    expect(status).toBe(attempt < CLAIMS.maxClaims ? 'running' : 'failed');
  }
  const { error } = await readRun(service, runId);
  expect(error).toMatchObject({ code: 'shard_failed', status: 500 });
  expect(error?.detail).toContain('no memory left');
  await service.ageJobs(runId);
  expect(await claimOf(runId)).toBeNull();
});

// The same for workers that die without a word: nobody is left to report the last failure.
it('fails the run when its workers die at each claim', async () => {
  const runId = await service.plan(await service.segment());
  for (let attempt = 1; attempt <= CLAIMS.maxClaims; attempt++) {
    expect(await claimOf(runId)).toMatchObject({ attempt });
    await service.expireLeases(runId);
  }
  expect(await claimOf(runId)).toBeNull();
  await sweep(service.sweepDeps);
  const { status, error } = await readRun(service, runId);
  expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'shard_failed' });
});

// Without the back-off a warehouse that is down for a moment uses up all claims in that moment.
it('waits before it tries a failed shard again', async () => {
  const runId = await service.plan(await service.segment());
  const away = new AppError('warehouse_unavailable', 'The warehouse is away.');
  const failing = { ...service.shardDeps, scoreShard: () => Promise.reject(away) };
  await expect(runShard(failing, { run_id: runId, shard: 0, dispatch: 0 })).rejects.toBe(away);
  expect(await claimOf(runId)).toBeNull();
  await service.ageJobs(runId);
  expect(await claimOf(runId)).toMatchObject({ attempt: 2 });
});

it('plans a run once, however often and by how many it is tried', async () => {
  const runId = await service.submit(await service.segment());
  const job = { run_id: runId, dispatch: 0 };
  await Promise.all(Array.from({ length: 5 }, () => planShards(service.planDeps, job)));
  await planShards(service.planDeps, job);
  expect(await service.shards(runId)).toEqual([0]);
  expect(await service.finish(runId)).toMatchObject({ status: 'succeeded', processed: 1000 });
});

// A stale planner must not write shards beside those of the one that took over.
it('takes a run over from a planner that was killed, and shuts that one out', async () => {
  const runId = await service.submit(await service.segment());
  const stale = await claimPlan(service.store, runId, 60_000);
  expect(await claimPlan(service.store, runId, 60_000)).toBeNull();
  await service.expireLeases(runId);
  await planShards(service.planDeps, { run_id: runId, dispatch: 1 });
  const late = { shards: [{ lo: null, hi: null }], estimate: 7, engine: 'tfjs-wasm', refused: [] };
  const summarize = () => ({ stats: {}, warning: null, segments: [] });
  expect(await saveShards(service.store, stale!, late, summarize)).toBe(false);
  expect(await service.shards(runId)).toEqual([0]);
  expect(await service.finish(runId)).toMatchObject({ status: 'succeeded', processed: 1000 });
});

it('fails a run at once whose rule names a column that is gone', async () => {
  const runId = await service.submit(await service.segment({ '>': [{ var: 'shoe_size' }, 40] }));
  const job = { run_id: runId, dispatch: 0 };
  await expect(planShards(service.planDeps, job)).rejects.toMatchObject({ code: 'invalid_rule' });
  const { status, error } = await readRun(service, runId);
  expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'invalid_rule' });
});
