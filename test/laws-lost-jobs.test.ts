import { startJobWorkers, type JobWorkers, type QueueConnection } from '@segcast/queue';
import { planShards, runShard, submitRun, sweep } from '@segcast/runs';
import { readRunRecord, whileOnlySweeper } from '@segcast/store';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';
import { queueConnections } from './support/services.ts';
import { until } from './support/until.ts';

const KINDS: QueueConnection['kind'][] =
  inject('redisUrl') === null ? ['postgres'] : ['redis', 'postgres'];

describe.each(KINDS)('on %s', (kind) => {
  let service: RunService;
  let connection: QueueConnection;
  let workers: JobWorkers | undefined;

  beforeAll(async () => {
    service = await createRunService({
      queue: (url) => {
        connection = queueConnections(url).find((each) => each.kind === kind)!;
        return connection;
      },
    });
  });
  afterEach(async () => {
    await workers?.close();
    workers = undefined;
  });
  afterAll(() => service.close());

  async function startWorkers(): Promise<void> {
    workers = await startJobWorkers(
      connection,
      {
        deliver: () => Promise.resolve(),
        trainModel: () => Promise.resolve(),
        planRun: (job) => planShards(service.planDeps, job),
        scoreShard: (job) => runShard(service.shardDeps, job),
        nightly: () => Promise.resolve(),
      },
      { shardConcurrency: 2, onError: () => undefined },
    );
  }

  async function statusOf(runId: string): Promise<string> {
    return (await readRunRecord(service.store, runId)).status;
  }

  function succeeds(runId: string): Promise<void> {
    return until('the run succeeds', async () => (await statusOf(runId)) === 'succeeded');
  }

  async function forgetAllJobs(): Promise<void> {
    for (const queue of service.queue.boardQueues()) await queue.obliterate({ force: true });
    for (const queue of service.queue.boardQueues()) await queue.resume();
  }

  async function waitingJobs(): Promise<string[]> {
    const queues = service.queue.boardQueues();
    const jobs = await Promise.all(
      queues.map((queue) => queue.getJobs(['waiting', 'prioritized', 'delayed'])),
    );
    return jobs.flat().map(({ id }) => id ?? '');
  }

  it('takes a run from its submission to its end', async () => {
    await startWorkers();
    await succeeds(await service.submit(await service.segment()));
  });

  // Without the sweeper a process that dies between the commit and the enqueue leaves a run that is
  // queued for ever: the row must be its own outbox.
  it('enqueues a run that was stored but never enqueued', async () => {
    const segment = await service.segment();
    const { run } = await submitRun(
      { ...service.submitDeps, queue: { planRun: () => Promise.reject(new Error('died here')) } },
      { segmentId: segment.id, type: 'all' },
    );
    expect(await waitingJobs()).toEqual([]);
    await service.ageJobs(run.run_id);
    await sweep(service.sweepDeps);
    expect(await waitingJobs()).toEqual([`${run.run_id}-plan-1`]);
    await startWorkers();
    await succeeds(run.run_id);
  });

  // The same between the shards' commit and theirs.
  it('enqueues shards that were stored but never enqueued', async () => {
    const runId = await service.submit(await service.segment());
    await forgetAllJobs();
    const queue = { scoreShards: () => Promise.reject(new Error('died here')) };
    await planShards({ ...service.planDeps, queue }, { run_id: runId, dispatch: 0 });
    expect(await waitingJobs()).toEqual([]);
    await service.ageJobs(runId);
    await sweep(service.sweepDeps);
    expect((await waitingJobs()).sort()).toEqual([0, 1, 2].map((n) => `${runId}-${n}-1`));
    await startWorkers();
    await succeeds(runId);
  });

  // Without it a flushed queue, which has forgotten every job, strands whatever was under way.
  it('finishes a run whose jobs were all lost half way', async () => {
    const runId = await service.plan(await service.segment());
    await runShard(service.shardDeps, { run_id: runId, shard: 1, dispatch: 0 });
    const abandoned = await service.claim(runId, 2);
    expect(abandoned.attempt).toBe(1);
    await forgetAllJobs();
    await service.expireLeases(runId);
    await service.ageJobs(runId);
    await sweep(service.sweepDeps);
    expect((await waitingJobs()).sort()).toEqual([`${runId}-0-1`, `${runId}-2-1`]);
    await startWorkers();
    await succeeds(runId);
  });

  // Re-adding the id of a job that the queue has finished or failed is ignored without a word:
  // without a new dispatch number in the id the shard waits for ever.
  it('re-enqueues a shard under a new id after its job has come and gone', async () => {
    const runId = await service.plan(await service.segment());
    const incapable = { ...service.shardDeps.capabilities, engines: [] };
    const { shardDeps } = service;
    service.shardDeps = { ...shardDeps, capabilities: incapable };
    await startWorkers();
    await until('the queue has emptied', async () => (await waitingJobs()).length === 0);
    await workers?.close();
    service.shardDeps = shardDeps;

    await service.ageJobs(runId);
    await sweep(service.sweepDeps);
    expect((await waitingJobs()).sort()).toEqual([0, 1, 2].map((n) => `${runId}-${n}-1`));
    await startWorkers();
    await succeeds(runId);
  });

  // Without a minimum age every sweep doubles the jobs of a long queue; without its doubling the
  // queue grows by as much again each time it passes.
  it('leaves alone jobs that may still be waiting', async () => {
    const runId = await service.plan(await service.segment());
    await sweep(service.sweepDeps);
    const dispatches = async () => {
      const rows = await service.sql<{ dispatch: number }>(
        'SELECT dispatch FROM segcast.run_shards WHERE run_id = $1',
        [runId],
      );
      return rows.map(({ dispatch }) => dispatch);
    };
    expect(await dispatches()).toEqual([0, 0, 0]);
    const aWhileAgo = async (leases: number) => {
      await service.sql(
        `UPDATE segcast.run_shards SET dispatched_at = clock_timestamp() - $2 * interval '1 ms'
         WHERE run_id = $1`,
        [runId, leases * service.sweepDeps.claims.leaseMs],
      );
      await sweep(service.sweepDeps);
    };
    await aWhileAgo(1.1);
    expect(await dispatches()).toEqual([1, 1, 1]);
    await aWhileAgo(1.1);
    expect(await dispatches()).toEqual([1, 1, 1]);
    await aWhileAgo(2.1);
    expect(await dispatches()).toEqual([2, 2, 2]);
    await forgetAllJobs();
    await service.finish(runId);
  });

  // Without holding back while the queue is away each sweep counts a dispatch that nobody received,
  // and the growing wait delays the run long after the queue is back.
  it('counts no dispatch while the queue is away', async () => {
    const runId = await service.submit(await service.segment());
    await service.ageJobs(runId);
    const away = {
      ...service.queue,
      ping: () => Promise.reject(new Error('away')),
      deliver: () => Promise.resolve(),
      planRun: () => Promise.reject(new Error('away')),
      trainModel: () => Promise.reject(new Error('away')),
    };
    await sweep({ ...service.sweepDeps, queue: away });
    const rows = await service.sql('SELECT dispatch FROM segcast.runs WHERE id = $1', [runId]);
    expect(rows).toEqual([{ dispatch: 0 }]);
    await startWorkers();
    await succeeds(runId);
  });

  // A flush forgets the schedule too: without the sweeper no night would ever come again.
  it('puts the nightly schedule back', async () => {
    await forgetAllJobs();
    const nightly = { pattern: '0 2 * * *', tz: 'UTC' };
    await sweep({ ...service.sweepDeps, nightly });
    const schedules = service.queue.boardQueues().map((queue) => queue.getJobSchedulers());
    expect((await Promise.all(schedules)).flat()).toMatchObject([nightly]);
    await service.queue.upsertNightly(null);
  });
});

// Without the lock every worker of a fleet sweeps at once, and each dispatches what another is about
// to.
it('lets one process sweep at a time', async () => {
  const service = await createRunService();
  const ran: string[] = [];
  const first = whileOnlySweeper(service.store, async () => {
    ran.push('first');
    expect(await sweep(service.sweepDeps)).toBe(false);
  });
  expect(await first).toBe(true);
  expect(await sweep(service.sweepDeps)).toBe(true);
  await service.close();
});
