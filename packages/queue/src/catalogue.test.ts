import { expect, test } from 'vitest';
import { planRunJob, scoreShardJob, trainModelJob } from './catalogue.ts';

const RUN = '01890a5d-ac96-774b-bcce-b302099a8057';

test('a new dispatch makes a new job id, without characters that BullMQ forbids', () => {
  const ids = [
    planRunJob({ run_id: RUN, dispatch: 0 }),
    planRunJob({ run_id: RUN, dispatch: 1 }),
    scoreShardJob({ run_id: RUN, shard: 0, dispatch: 0 }),
    scoreShardJob({ run_id: RUN, shard: 0, dispatch: 1 }),
    scoreShardJob({ run_id: RUN, shard: 1, dispatch: 0 }),
    trainModelJob({ run_id: RUN, dispatch: 0 }),
    trainModelJob({ run_id: RUN, dispatch: 1 }),
  ].map(({ opts }) => opts.jobId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.join('')).not.toContain(':');
});

test('earlier shards are more urgent, within what BullMQ takes', () => {
  const priority = (shard: number) =>
    scoreShardJob({ run_id: RUN, shard, dispatch: 0 }).opts.priority;
  expect(priority(0)).toBe(1);
  expect(priority(9)).toBe(10);
  expect(priority(5_000_000)).toBe(2_097_151);
});

test('a job that no worker would take is not enqueued', () => {
  expect(() => planRunJob({ run_id: 'x', dispatch: 0 })).toThrow(/run_id/);
  expect(() => scoreShardJob({ run_id: RUN, shard: 0.5, dispatch: 0 })).toThrow(/shard/);
});
