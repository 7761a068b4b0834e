import type { QueueConnection } from '@segcast/queue';
import { createSegment } from '@segcast/store';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { queueConnections } from './support/services.ts';
import { startWorkerProcess } from './support/worker-process.ts';
import { createWorkerService, type WorkerService } from './support/worker-service.ts';
import { until } from './support/worker-wait.ts';

// Processes start slowly where there is much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let service: WorkerService;

beforeAll(async () => {
  service = await createWorkerService();
  const { store } = service;
  const segment = { description: '', churnThresholds: null };
  await createSegment(store, { ...segment, name: 'Idle', rules: {}, isActive: false });
  await createSegment(store, {
    ...segment,
    name: 'Buyers',
    rules: { '>': [{ var: 'transaction_count' }, 3] },
    isActive: true,
  });
});
afterAll(() => service.close());

const NIGHTLY_RUNS = `
  SELECT r.scheduled_for AS time, count(DISTINCT r.id)::int AS runs,
    array_agg(s.segment_name ORDER BY s.segment_name) AS segments, bool_and(r.status = 'succeeded') AS succeeded
  FROM segcast.runs r JOIN segcast.run_segments s ON s.run_id = r.id
  WHERE r.kind = 'nightly' AND r.created_at >= $1 GROUP BY r.scheduled_for ORDER BY 1`;

interface Night {
  time: Date;
  runs: number;
  segments: string[];
  succeeded: boolean;
}

describe.each(['redis', 'postgres'] as const)('with the schedule on %s', (kind) => {
  let connection: QueueConnection | undefined;

  test('two workers start one run of all active segments at every firing', async (context) => {
    connection = queueConnections(service.url).find((each) => each.kind === kind);
    if (connection === undefined) return context.skip(`no ${kind} on this machine`);
    const queue = await service.openQueue(connection);
    const begun = new Date();
    const settings = { NIGHTLY_CRON: '*/5 * * * * *', SHARD_SIZE: '50000', SCORING_THREADS: '1' };
    const workers = [1, 2].map(() => startWorkerProcess(service.url, connection!, settings));
    await Promise.all(workers.map((each) => each.ready()));

    const both = new Date();
    const nights = await until(async () => {
      const seen = await service.rows<Night>(NIGHTLY_RUNS, [begun]);
      const since = seen.filter(({ time, succeeded }) => succeeded && time > both);
      return since.length >= 2 && seen;
    });
    const ends = await Promise.all(workers.map((each) => each.end('SIGTERM')));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);

    const segments = ['Buyers', 'Everyone'];
    for (const night of nights) expect(night).toMatchObject({ runs: 1, segments });
    const schedules = queue.boardQueues().find(({ name }) => name === 'schedules')!;
    const all = await service.rows<Night>(NIGHTLY_RUNS, [begun]);
    const fired = (await schedules.getCompleted()).map(({ opts }) => opts.prevMillis);
    expect(new Set(fired).size).toBe(fired.length);
    expect(fired.sort()).toEqual(all.map(({ time }) => time.getTime()));
  });
});
