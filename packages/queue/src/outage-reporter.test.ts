import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOutageReporter, orUnavailable } from './outage-reporter.ts';

const ADDRESS = 'redis://cache:6379';
let heard: Error[];
let report: (error: Error) => void;

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  report = createOutageReporter(ADDRESS, (error) => heard.push(error));
});
afterEach(() => {
  vi.useRealTimers();
});

const refused = (): Error => Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

test('an outage is reported once however many clients meet it', () => {
  for (let second = 0; second < 600; second += 2) {
    report(refused());
    report(new Error('Connection is closed.'));
    vi.advanceTimersByTime(2000);
  }
  expect(heard).toHaveLength(1);
  expect(heard[0]).toMatchObject({
    code: 'queue_unavailable',
    message: `The job queue at ${ADDRESS} does not answer (connect refused). Check that the service runs; work goes on when it is back.`,
  });
});

test('another outage is reported again', () => {
  report(refused());
  vi.advanceTimersByTime(120_000);
  report(refused());
  expect(heard).toHaveLength(2);
});

test('other errors pass as they are, every one', () => {
  const error = new Error('could not renew lock for job 1');
  report(error);
  report(error);
  expect(heard).toEqual([error, error]);
});

test.each([
  ['a refused connection', refused()],
  ['a server that shuts down', Object.assign(new Error('terminating'), { code: '57P01' })],
  ['a client that queues nothing', new Error("Stream isn't writeable and enableOfflineQueue …")],
  ['too many attempts', new Error('Reached the max retries per request limit (which is 1).')],
  ['a full pool', new Error('timeout exceeded when trying to connect')],
  ['a server that loads its data', new Error('LOADING Redis is loading the dataset in memory')],
])('%s means that the back end is away', async (_, cause) => {
  await expect(orUnavailable(ADDRESS, Promise.reject(cause))).rejects.toMatchObject({
    code: 'queue_unavailable',
    retryable: true,
    cause,
  });
});

test('what the back end refuses is not an outage', async () => {
  const error = new Error('NOAUTH Authentication required.');
  await expect(orUnavailable(ADDRESS, Promise.reject(error))).rejects.toBe(error);
});
