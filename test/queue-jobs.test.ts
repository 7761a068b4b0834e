import { AppError, type PlanRunJob, type ScoreShardJob } from '@segcast/contracts';
import {
  openJobQueue,
  startJobWorkers,
  type JobHandlers,
  type JobQueue,
  type JobWorkers,
  type QueueConnection,
} from '@segcast/queue';
import type { Queue } from 'bullmq';
import { v7 as runId } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, queueConnections, type TestDatabase } from './support/services.ts';
import { until } from './support/worker-wait.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const KINDS = ['redis', 'postgres'] as const;

describe.each(KINDS)('jobs on %s', (kind) => {
  let connection: QueueConnection | undefined;
  let queue: JobQueue;
  let workers: JobWorkers[];
  let errors: Error[];

  beforeEach(async (context) => {
    connection = queueConnections(database.url).find((each) => each.kind === kind);
    if (connection === undefined) return context.skip(`no ${kind} on this machine`);
    workers = [];
    errors = [];
    queue = await openJobQueue(connection);
  });
  afterEach(async () => {
    if (connection === undefined) return;
    await Promise.all(workers.map((each) => each.close()));
    await Promise.all(queue.boardQueues().map((each) => each.obliterate({ force: true })));
    await queue.close();
  });

  const work = async (
    handlers: Partial<JobHandlers>,
    shardConcurrency = 2,
  ): Promise<JobWorkers> => {
    const started = await startJobWorkers(
      connection!,
      {
        deliver: () => Promise.resolve(),
        trainModel: () => Promise.resolve(),
        planRun: () => Promise.resolve(),
        scoreShard: () => Promise.resolve(),
        nightly: () => Promise.resolve(),
        ...handlers,
      },
      { shardConcurrency, onError: (error) => errors.push(error) },
    );
    workers.push(started);
    return started;
  };
  const queueNamed = (name: string): Queue =>
    queue.boardQueues().find((each) => each.name === name)!;
  const failures = (name: string) =>
    until(async () => {
      const failed = await queueNamed(name).getFailed();
      return failed.length > 0 && failed.map(({ failedReason }) => failedReason);
    });

  test('the handlers get the payloads that were enqueued', async () => {
    const plans: PlanRunJob[] = [];
    const shards: ScoreShardJob[] = [];
    await work({
      deliver: () => Promise.resolve(),
      planRun: (job) => Promise.resolve(void plans.push(job)),
      scoreShard: (job) => Promise.resolve(void shards.push(job)),
    });
    const plan = { run_id: runId(), dispatch: 0 };
    const shard = { run_id: runId(), shard: 3, dispatch: 1 };
    await queue.planRun(plan);
    await queue.scoreShards([shard]);
    await until(() => plans.length > 0 && shards.length > 0);
    expect(plans).toEqual([plan]);
    expect(shards).toEqual([shard]);
  });

  test('a job enqueued twice runs once, and again under a new dispatch', async () => {
    const dispatches: number[] = [];
    await work({ scoreShard: (job) => Promise.resolve(void dispatches.push(job.dispatch)) });
    const job = { run_id: runId(), shard: 0, dispatch: 0 };
    await queue.scoreShards([job, job]);
    await until(() => dispatches.length > 0);
    await queue.scoreShards([job]);
    await queue.scoreShards([{ ...job, dispatch: 1 }]);
    await until(() => dispatches.includes(1));
    expect(dispatches).toEqual([0, 1]);
  });

  test('more jobs than one batch arrive, each once', async () => {
    const run = runId();
    const jobs = Array.from({ length: 1201 }, (_, shard) => ({ run_id: run, shard, dispatch: 0 }));
    await queue.scoreShards(jobs);
    expect(await queueNamed('shards').getJobCountByTypes('prioritized', 'waiting')).toBe(1201);
  });

  test('a small run does not wait behind the shards of a big one', async () => {
    const [big, small] = [runId(), runId()];
    const order: string[] = [];
    const jobs = Array.from({ length: 50 }, (_, shard) => ({ run_id: big, shard, dispatch: 0 }));
    await queue.scoreShards(jobs);
    await queue.scoreShards([{ run_id: small, shard: 0, dispatch: 0 }]);
    await work({ scoreShard: (job) => Promise.resolve(void order.push(job.run_id)) }, 1);
    await until(() => order.length === 51);
    expect(order.indexOf(small)).toBe(1);
  });

  test('a bad payload fails its job and says where it is wrong', async () => {
    let called = false;
    await work({
      scoreShard: () => {
        called = true;
        return Promise.resolve();
      },
    });
    await queueNamed('shards').add('score-shard', { run_id: 'x', shard: 1.5 });
    const [reason] = await failures('shards');
    expect(reason).toMatch(
      /of queue shards has a bad payload: \/run_id: .*\/shard: .*\/dispatch: /,
    );
    expect(called).toBe(false);
    expect(errors).toHaveLength(1);
  });

  test('a handler that throws fails its job once and is reported', async () => {
    let calls = 0;
    await work({
      deliver: () => Promise.resolve(),
      planRun: () => {
        calls += 1;
        return Promise.reject(new AppError('invalid_model', 'churn/2 is truncated'));
      },
    });
    await queue.planRun({ run_id: runId(), dispatch: 0 });
    expect(await failures('runs')).toEqual(['invalid_model: churn/2 is truncated']);
    expect(calls).toBe(1);
    expect(errors.map(({ message }) => message)).toEqual(['churn/2 is truncated']);
  });

  test('a nightly job that no scheduler made is refused', async () => {
    await work({});
    await queueNamed('schedules').add('nightly', {});
    expect(await failures('schedules')).toEqual([expect.stringContaining('has no scheduled time')]);
  });

  test('closing takes no new jobs and waits for the one in hand', async () => {
    const started: number[] = [];
    const finished: number[] = [];
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const only = await work(
      {
        scoreShard: async ({ shard }) => {
          started.push(shard);
          await gate;
          finished.push(shard);
        },
      },
      1,
    );
    const run = runId();
    await queue.scoreShards([0, 1].map((shard) => ({ run_id: run, shard, dispatch: 0 })));
    await until(() => started.length === 1);
    const closing = only.close();
    finish();
    await closing;
    expect(started).toEqual([0]);
    expect(finished).toEqual([0]);
    expect(await queueNamed('shards').getJobCountByTypes('prioritized', 'waiting')).toBe(1);
  });

  test('ping answers', async () => {
    await expect(queue.ping()).resolves.toBeUndefined();
  });
});
