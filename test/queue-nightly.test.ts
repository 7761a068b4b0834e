import {
  openJobQueue,
  startJobWorkers,
  type JobQueue,
  type JobWorkers,
  type NightlySchedule,
  type QueueConnection,
} from '@segcast/queue';
import type { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, queueConnections, type TestDatabase } from './support/services.ts';
import { until } from './support/worker-wait.ts';

const DAY_MS = 86_400_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A time of day two or three seconds away, and the daily schedule that fires then. */
function soon(): { at: Date; schedule: NightlySchedule } {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 + 3000);
  const pattern = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
  return { at, schedule: { pattern, tz: 'UTC' } };
}

const past = (time: Date) => until(() => Date.now() > time.getTime() + 100);

describe.each(['redis', 'postgres'] as const)('the nightly schedule on %s', (kind) => {
  let connection: QueueConnection | undefined;
  let queue: JobQueue;
  let schedules: Queue;
  let workers: JobWorkers[];
  let fired: Date[];

  beforeEach(async (context) => {
    connection = queueConnections(database.url).find((each) => each.kind === kind);
    if (connection === undefined) return context.skip(`no ${kind} on this machine`);
    queue = await openJobQueue(connection);
    schedules = queue.boardQueues().find(({ name }) => name === 'schedules')!;
    workers = [];
    fired = [];
  });
  afterEach(async () => {
    if (connection === undefined) return;
    await stopWorkers();
    await schedules.obliterate({ force: true });
    await queue.close();
  });

  const startWorker = async (nightly?: (time: Date) => Promise<void>): Promise<void> => {
    const handlers = {
      deliver: () => Promise.resolve(),
      trainModel: () => Promise.resolve(),
      planRun: () => Promise.resolve(),
      scoreShard: () => Promise.resolve(),
      nightly: nightly ?? ((time: Date) => Promise.resolve(void fired.push(time))),
    };
    const options = { shardConcurrency: 1, onError: () => undefined };
    workers.push(await startJobWorkers(connection!, handlers, options));
  };
  const stopWorkers = async (): Promise<void> => {
    await Promise.all(workers.map((each) => each.close()));
    workers = [];
  };
  const planned = async (): Promise<(number | undefined)[]> =>
    (await schedules.getDelayed()).map(({ opts }) => opts.prevMillis);

  test('fires once with two workers up, and next a day later', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const { at, schedule } = soon();
    await Promise.all([queue.upsertNightly(schedule), queue.upsertNightly(schedule)]);
    await until(() => fired.length > 0);
    await queue.upsertNightly(schedule);
    await stopWorkers();
    expect(fired).toEqual([at]);
    expect(await planned()).toEqual([at.getTime() + DAY_MS]);
    expect(await schedules.getCompletedCount()).toBe(1);
  });

  test('a firing missed while every worker was down happens once at the next start', async () => {
    const { at, schedule } = soon();
    await queue.upsertNightly(schedule);
    await past(at);
    await queue.upsertNightly(schedule);
    await Promise.all([startWorker(), startWorker()]);
    await queue.upsertNightly(schedule);
    await until(() => fired.length > 0);
    await stopWorkers();
    expect(fired).toEqual([at]);
    expect(await planned()).toEqual([at.getTime() + DAY_MS]);
  });

  test('upserting again changes nothing; another schedule takes its place', async () => {
    const first = soon();
    await queue.upsertNightly({ pattern: '0 2 * * *', tz: 'Europe/Paris' });
    const [paris] = await planned();
    expect(new Date(paris!).toLocaleTimeString('en-GB', { timeZone: 'Europe/Paris' })).toBe(
      '02:00:00',
    );
    await queue.upsertNightly({ pattern: '0 2 * * *', tz: 'Europe/Paris' });
    expect(await planned()).toEqual([paris]);
    await queue.upsertNightly(first.schedule);
    expect(await planned()).toEqual([first.at.getTime()]);
  });

  test('no schedule ends it, also when there was none', async () => {
    await queue.upsertNightly(null);
    await queue.upsertNightly({ pattern: '0 2 * * *', tz: 'UTC' });
    await queue.upsertNightly(null);
    expect(await planned()).toEqual([]);
    expect(await schedules.getJobSchedulersCount()).toBe(0);
  });

  test('upserting restores what a flush deleted', async () => {
    const { at, schedule } = soon();
    await queue.upsertNightly(schedule);
    await schedules.obliterate({ force: true });
    expect(await schedules.getJobSchedulersCount()).toBe(0);
    expect(await planned()).toEqual([]);
    await startWorker();
    await queue.upsertNightly(schedule);
    await until(() => fired.length > 0);
    expect(fired).toEqual([at]);
  });

  test('a firing whose handler failed is tried again for the same time', async () => {
    const { at, schedule } = soon();
    const tried: Date[] = [];
    await startWorker((time) => {
      tried.push(time);
      return tried.length === 1 ? Promise.reject(new Error('not now')) : Promise.resolve();
    });
    await queue.upsertNightly(schedule);
    await until(() => tried.length > 1);
    expect(tried).toEqual([at, at]);
  });

  test('a pattern that is none is refused as such', async () => {
    await expect(queue.upsertNightly({ pattern: 'at two', tz: 'UTC' })).rejects.toThrow(
      /Invalid|constraint|characters/i,
    );
  });
});
