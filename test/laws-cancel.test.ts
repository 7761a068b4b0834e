import {
  cancelRun,
  listResults,
  planShards,
  readRun,
  runShard,
  scoreShard,
  sweep,
} from '@segcast/runs';
import { claimPlan, Store } from '@segcast/store';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService();
});
afterAll(() => service.close());

async function chunksOf(runId: string): Promise<number> {
  const rows = await service.sql('SELECT FROM segcast.prediction_chunks WHERE run_id = $1', [
    runId,
  ]);
  return rows.length;
}

it('cancels a queued run at once', async () => {
  const runId = await service.submit(await service.segment());
  expect(await cancelRun(service, runId)).toMatchObject({ status: 'cancelled' });
  expect(await claimPlan(service.store, runId, 1000)).toBeNull();
});

it('cancels a run whose planner is at work as soon as that has gone', async () => {
  const runId = await service.submit(await service.segment());
  await claimPlan(service.store, runId, 60_000);
  expect(await cancelRun(service, runId)).toMatchObject({ status: 'cancelling' });
  await service.expireLeases(runId);
  await sweep(service.sweepDeps);
  expect(await readRun(service, runId)).toMatchObject({ status: 'cancelled' });
});

// Without giving its claim back the planner's lease holds a cancelled run open until it runs out.
it.each([
  ['plans it', {}],
  ['fails to', { '>': [{ var: 'shoe_size' }, 40] }],
])('closes a run that is cancelled while its planner %s', async (_, rules) => {
  const runId = await service.submit(await service.segment(rules));
  class CancellingStore extends Store {
    override async rows<T extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      const rows = await super.rows<T>(text, values);
      if (text.includes(`SET status = 'planning'`)) await cancelRun(service, runId);
      return rows;
    }
  }
  const store = new CancellingStore({ url: service.url, poolMax: 3 });
  await planShards({ ...service.planDeps, store }, { run_id: runId, dispatch: 0 }).catch(
    () => undefined,
  );
  await store.close();
  expect(await readRun(service, runId)).toMatchObject({ status: 'cancelled' });
  expect(await service.shards(runId)).toEqual([]);
});

// Without the flag in the heartbeat's answer the shard under way is scored to its end, for nothing.
it('stops the shard that is being scored', async () => {
  const runId = await service.plan(await service.segment());
  let began = (): void => undefined;
  const underWay = new Promise<void>((resolve) => (began = resolve));
  const working = runShard(
    {
      ...service.shardDeps,
      scoreShard: (_, signal) => {
        began();
        return new Promise((__, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    },
    { run_id: runId, shard: 0, dispatch: 0 },
  );
  await underWay;
  expect(await cancelRun(service, runId)).toMatchObject({ status: 'cancelling' });
  await working;
  expect(await readRun(service, runId)).toMatchObject({ status: 'cancelled', error: null });
});

it('aborts the read of the warehouse between two batches', async () => {
  const runId = await service.plan(await service.segment());
  const claim = await service.claim(runId, 0);
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = (processed: number): void => {
    seen.push(processed);
    stop.abort();
  };
  const scoring = scoreShard(service.scoreDeps, claim, stop.signal, { onProgress });
  await expect(scoring).rejects.toMatchObject({ code: 'run_cancelled' });
  expect(seen).toEqual([256]);
});

it('cancels at once a run that nobody works on, and may be repeated while it goes on', async () => {
  const runId = await service.plan(await service.segment());
  await service.claim(runId, 0);
  expect(await cancelRun(service, runId)).toMatchObject({ status: 'cancelling' });
  expect(await cancelRun(service, runId)).toMatchObject({ status: 'cancelling' });

  const idle = await service.plan(await service.segment());
  expect(await cancelRun(service, idle)).toMatchObject({ status: 'cancelled' });
});

// Without the sweeper a run whose worker was killed while cancelling stays so for ever.
it('has the sweeper close what a killed worker left behind, and delete its predictions', async () => {
  const runId = await service.plan(await service.segment());
  await runShard(service.shardDeps, { run_id: runId, shard: 0, dispatch: 0 });
  await service.claim(runId, 1);
  await cancelRun(service, runId);
  await sweep(service.sweepDeps);
  expect(await readRun(service, runId)).toMatchObject({ status: 'cancelling' });
  expect(await chunksOf(runId)).toBe(1);
  await service.expireLeases(runId);
  await sweep(service.sweepDeps);
  const run = await readRun(service, runId);
  expect(run).toMatchObject({ status: 'cancelled', partial: true, results: [] });
  expect(await chunksOf(runId)).toBe(0);
  expect((await listResults(service, runId, { limit: 10 })).results).toEqual([]);
});

it('deletes the predictions of a failed run', async () => {
  const runId = await service.plan(await service.segment());
  await runShard(service.shardDeps, { run_id: runId, shard: 0, dispatch: 0 });
  await service.sql(`UPDATE segcast.runs SET status = 'failed' WHERE id = $1`, [runId]);
  expect(await chunksOf(runId)).toBe(1);
  await sweep(service.sweepDeps);
  expect(await chunksOf(runId)).toBe(0);
});

it('refuses to cancel what is finished or was never there', async () => {
  const runId = await service.plan(await service.segment());
  await service.finish(runId);
  await expect(cancelRun(service, runId)).rejects.toMatchObject({ code: 'run_finished' });
  const cancelled = await service.submit(await service.segment());
  await cancelRun(service, cancelled);
  await expect(cancelRun(service, cancelled)).rejects.toMatchObject({ code: 'run_finished' });
  for (const unknown of ['01940000-0000-7000-8000-000000000000', 'run-7']) {
    await expect(cancelRun(service, unknown)).rejects.toMatchObject({ code: 'run_not_found' });
  }
});
