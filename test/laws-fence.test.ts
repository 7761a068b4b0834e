import { scoreShard, runShard, sweep } from '@segcast/runs';
import { readRunRecord, releaseShard, renewShard } from '@segcast/store';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';
import { until } from './support/until.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService({ shardSize: 2000 });
});
afterAll(() => service.close());

const never = new AbortController().signal;
const ONE_SHARD = 1000;

async function storedMembers(runId: string): Promise<number> {
  const [row] = await service.sql<{ n: number }>(
    'SELECT coalesce(sum(count), 0)::int AS n FROM segcast.prediction_chunks WHERE run_id = $1',
    [runId],
  );
  return row!.n;
}

// Without the attempt in the fence both write: the chunks' key is violated at best, or the stats
// count every customer twice.
it('lets only the latest claim of a shard write, whichever finishes first', async () => {
  for (const staleFirst of [true, false]) {
    const runId = await service.plan(await service.segment());
    const stale = await service.claim(runId, 0);
    await service.expireLeases(runId);
    const current = await service.claim(runId, 0);
    expect(current.attempt).toBe(stale.attempt + 1);

    const writes = {
      stale: () =>
        expect(scoreShard(service.scoreDeps, stale, never)).rejects.toMatchObject({
          code: 'fence_lost',
        }),
      current: () => scoreShard(service.scoreDeps, current, never),
    };
    if (staleFirst) {
      await writes.stale();
      expect(await storedMembers(runId)).toBe(0);
      await writes.current();
    } else {
      await writes.current();
      await writes.stale();
    }
    expect(await storedMembers(runId)).toBe(ONE_SHARD);
    const { status, processed, stats } = await readRunRecord(service.store, runId);
    expect({ status, processed, counted: stats?.churn?.count }).toEqual({
      status: 'succeeded',
      processed: ONE_SHARD,
      counted: ONE_SHARD,
    });
  }
});

// Without the attempt in the heartbeat's and the release's WHERE a stale worker keeps the new one's
// lease alive, or hands the shard to a third while the second is at work.
it('gives a stale claim no say over the shard', async () => {
  const runId = await service.plan(await service.segment());
  const stale = await service.claim(runId, 0);
  await service.expireLeases(runId);
  const current = await service.claim(runId, 0);

  const prolong = { leaseMs: 60_000, processed: 7 };
  expect(await renewShard(service.store, stale, prolong)).toBe('lost');
  const failure = { error: { code: 'internal', message: 'late' } as const, backOffMs: 0 };
  expect(await releaseShard(service.store, stale, { ...failure, runError: null })).toBe(false);
  expect(await renewShard(service.store, current, prolong)).toBe('renewed');
});

it.each(['failed', 'cancelling', 'cancelled'])(
  'keeps nothing of a run that is %s',
  async (status) => {
    const runId = await service.plan(await service.segment());
    const claim = await service.claim(runId, 0);
    await service.sql('UPDATE segcast.runs SET status = $2 WHERE id = $1', [runId, status]);
    await expect(scoreShard(service.scoreDeps, claim, never)).rejects.toMatchObject({
      code: 'run_cancelled',
    });
    expect(await storedMembers(runId)).toBe(0);
  },
);

// Without a second look at the run's status, under its lock, the results of a shard that was being
// saved while the run ended stay behind, perhaps after its predictions were deleted.
it('keeps nothing of a run that ends while the shard is being saved', async () => {
  const runId = await service.plan(await service.segment());
  const claim = await service.claim(runId, 0);
  const ending = new pg.Client({ connectionString: service.url });
  await ending.connect();
  await ending.query('BEGIN');
  await ending.query(`UPDATE segcast.runs SET status = 'cancelling' WHERE id = $1`, [runId]);
  const scoring = scoreShard(service.scoreDeps, claim, never);
  const refused = expect(scoring).rejects.toMatchObject({ code: 'run_cancelled' });
  await until('the shard waits for the run', async () => {
    const waiting = await service.sql(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length === 1;
  });
  await ending.query('COMMIT');
  await ending.end();
  await refused;
  expect(await storedMembers(runId)).toBe(0);
});

// Without the claim's condition on the lease a job delivered twice is scored twice at once.
it('scores a shard once when its job is delivered many times at once', async () => {
  const runId = await service.plan(await service.segment());
  let scored = 0;
  const deps = {
    ...service.shardDeps,
    scoreShard: (...args: Parameters<typeof service.shardDeps.scoreShard>) => {
      scored++;
      return service.shardDeps.scoreShard(...args);
    },
  };
  const job = { run_id: runId, shard: 0, dispatch: 0 };
  await Promise.all(Array.from({ length: 8 }, () => runShard(deps, job)));
  await runShard(deps, job);
  expect(scored).toBe(1);
  expect(await readRunRecord(service.store, runId)).toMatchObject({
    status: 'succeeded',
    processed: ONE_SHARD,
  });
});

// Without reading `done` as "my own write got through", a heartbeat that waited for that very write
// reports a finished shard as lost.
it('does not take its own finished write for a takeover', async () => {
  const runId = await service.plan(await service.segment());
  const claim = await service.claim(runId, 0);
  await scoreShard(service.scoreDeps, claim, never);
  expect(await renewShard(service.store, claim, { leaseMs: 1000, processed: 0 })).toBe('done');
  await sweep(service.sweepDeps);
  expect((await readRunRecord(service.store, runId)).status).toBe('succeeded');
});
