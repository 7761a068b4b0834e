import { expect, test } from 'vitest';

import { createShutdown } from './shutdown.ts';

function recordingLog() {
  const errors: unknown[] = [];
  return { errors, log: { debug: () => undefined, error: (what: unknown) => errors.push(what) } };
}

test('what was added last is released first, once', async () => {
  const shutdown = createShutdown(recordingLog().log);
  const order: string[] = [];
  shutdown.add('server', () => order.push('server'));
  shutdown.add('pool', async () => {
    await Promise.resolve();
    order.push('pool');
  });
  shutdown.add('worker', () => order.push('worker'));
  const [first, second] = await Promise.all([shutdown.run('a'), shutdown.run('b')]);
  expect([first, second]).toEqual([true, true]);
  expect(order).toEqual(['worker', 'pool', 'server']);
});

test('a releaser that throws is logged and does not keep the others', async () => {
  const { log, errors } = recordingLog();
  const shutdown = createShutdown(log);
  const order: string[] = [];
  shutdown.add('pool', () => order.push('pool'));
  shutdown.add('worker', () => Promise.reject(new Error('stuck')));
  expect(await shutdown.run('a')).toBe(false);
  expect(order).toEqual(['pool']);
  expect(errors).toEqual([expect.objectContaining({ name: 'worker' })]);
});

test('what was added during the shutdown is released too', async () => {
  const shutdown = createShutdown(recordingLog().log);
  const order: string[] = [];
  shutdown.add('outer', () => {
    order.push('outer');
    shutdown.add('inner', () => order.push('inner'));
  });
  await shutdown.run('a');
  expect(order).toEqual(['outer', 'inner']);
});

test('the signal is aborted when it begins', async () => {
  const shutdown = createShutdown(recordingLog().log);
  let abortedBefore: boolean | undefined;
  shutdown.add('worker', () => (abortedBefore = shutdown.signal.aborted));
  expect(shutdown.signal.aborted).toBe(false);
  await shutdown.run('a');
  expect(abortedBefore).toBe(true);
});

test('after the deadline the process exits, naming what it waits for', async () => {
  const { log, errors } = recordingLog();
  const code = await new Promise<number>((exit) => {
    const shutdown = createShutdown(log, { deadlineMs: 10, exit });
    shutdown.add('worker', () => new Promise(() => undefined));
    void shutdown.run('a');
  });
  expect(code).toBe(1);
  expect(errors).toEqual([{ waiting_for: 'worker' }]);
});
