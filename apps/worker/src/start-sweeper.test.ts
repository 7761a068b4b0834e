import type { RunLog } from '@segcast/runs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSweeper } from './start-sweeper.ts';

let messages: string[];
let log: RunLog;

beforeEach(() => {
  vi.useFakeTimers();
  messages = [];
  const note = (_: object, message: string) => void messages.push(message);
  log = { debug: note, info: note, warn: note, error: note };
});
afterEach(() => {
  vi.useRealTimers();
});

test('sweeps at once, and again after each sweep', async () => {
  let sweeps = 0;
  const sweeper = startSweeper(() => Promise.resolve(++sweeps), 1000, log);
  expect(sweeps).toBe(1);
  await vi.advanceTimersByTimeAsync(3000);
  expect(sweeps).toBe(4);
  await sweeper.stop();
  await vi.advanceTimersByTimeAsync(3000);
  expect(sweeps).toBe(4);
});

test('says that it fails when that begins and when it is over', async () => {
  let sweeps = 0;
  const sweep = () => (++sweeps < 5 ? Promise.reject(new Error('away')) : Promise.resolve());
  const sweeper = startSweeper(sweep, 1000, log);
  await vi.advanceTimersByTimeAsync(10_000);
  await sweeper.stop();
  expect(messages).toEqual(['cannot sweep; trying again', 'sweeping again']);
});

test('stops when the sweep under way has ended', async () => {
  let end: () => void = () => undefined;
  const sweeper = startSweeper(() => new Promise<void>((resolve) => (end = resolve)), 1000, log);
  let stopped = false;
  const stopping = sweeper.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(5000);
  expect(stopped).toBe(false);
  end();
  await stopping;
});
