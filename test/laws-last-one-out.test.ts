import { scoreShard, sweep } from '@segcast/runs';
import { closeRun, readRunRecord } from '@segcast/store';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';
import { until } from './support/until.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService({ shardSize: 500 });
});
afterAll(() => service.close());

const never = new AbortController().signal;

async function waitingForLocks(): Promise<number> {
  const [row] = await service.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row!.n;
}

// Both shards have saved their results and wait for the run's lock when it is let go. Counting the
// unfinished shards before the lock, or in the statement that takes it, each sees the other's as
// unfinished and the run never ends. A lock FOR UPDATE deadlocks with the key shares that the
// chunks' foreign keys hold.
it('closes the run when its last two shards finish at the same time', async () => {
  const runId = await service.plan(await service.segment());
  expect(await service.shards(runId)).toEqual([0, 1]);
  const claims = [await service.claim(runId, 0), await service.claim(runId, 1)];

  const gate = new pg.Client({ connectionString: service.url });
  await gate.connect();
  await gate.query('BEGIN');
  await gate.query('SELECT FROM segcast.runs WHERE id = $1 FOR NO KEY UPDATE', [runId]);
  const finishing = claims.map((claim) => scoreShard(service.scoreDeps, claim, never));
  await until('both shards wait for the run', async () => (await waitingForLocks()) === 2);
  await gate.query('COMMIT');
  await gate.end();
  await Promise.all(finishing);

  const run = await readRunRecord(service.store, runId);
  expect(run).toMatchObject({ status: 'succeeded', processed: 1000, successful: 1000 });
  expect(run.stats?.churn?.count).toBe(1000);
});

// Without the sweeper's look at unclosed runs, one whose closing was lost stays running for ever.
it('has the sweeper close a run whose shards are all done', async () => {
  const runId = await service.plan(await service.segment());
  await service.finish(runId);
  const before = await readRunRecord(service.store, runId);
  await service.sql(
    `UPDATE segcast.runs SET status = 'running', finished_at = NULL WHERE id = $1`,
    [runId],
  );
  await sweep(service.sweepDeps);
  const after = await readRunRecord(service.store, runId);
  expect(after).toMatchObject({ status: 'succeeded', stats: before.stats });
});

// Left to itself the one that cannot be summed up stops every sweep, and with it every repair.
it('has the sweeper fail a run that cannot be summed up, and close the others', async () => {
  const broken = await service.plan(await service.segment());
  const sound = await service.plan(await service.segment());
  for (const runId of [broken, sound]) {
    await service.finish(runId);
    await service.sql(`UPDATE segcast.runs SET status = 'running' WHERE id = $1`, [runId]);
  }
  await service.sql(`UPDATE segcast.run_shards SET stats = '{}' WHERE run_id = $1`, [broken]);
  await sweep(service.sweepDeps);
  const statusOf = async (runId: string) => (await readRunRecord(service.store, runId)).status;
  expect([await statusOf(broken), await statusOf(sound)]).toEqual(['failed', 'succeeded']);
});

it('does not close a run twice, nor one with a shard to do', async () => {
  const runId = await service.plan(await service.segment());
  const refuse = () => {
    throw new Error('must not be summed up');
  };
  expect(await closeRun(service.store, runId, refuse)).toBe(false);
  await service.finish(runId);
  expect(await closeRun(service.store, runId, refuse)).toBe(false);
});

it('notifies whoever waits for the run, in the transaction that closes it', async () => {
  const listener = new pg.Client({ connectionString: service.url });
  await listener.connect();
  const heard: (string | undefined)[] = [];
  listener.on('notification', ({ payload }) => heard.push(payload));
  await listener.query('LISTEN segcast_runs');
  const runId = await service.plan(await service.segment());
  await service.finish(runId);
  await until('the notice arrives', () => heard.length > 0);
  await listener.end();
  expect(heard).toEqual([runId]);
});
