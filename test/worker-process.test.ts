import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/services.ts';
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts';

// Processes start slowly where there is much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const start = (settings: Record<string, string> = {}): WorkerProcess =>
  startWorkerProcess(
    database.url,
    { kind: 'postgres', url: database.url, schema: 'bullmq' },
    settings,
  );

test('says what the warehouse lacks, and ends when the process that started it goes', async () => {
  const worker = start();
  await worker.ready();
  const messages = worker.log.map(({ msg }) => msg).join('\n');
  expect(messages).toContain('runs will fail: ');
  expect(messages).toContain('customer_features_view');
  expect(messages).toMatch(/churn .* placeholder/);
  const exited = once(worker.process, 'exit');
  worker.process.disconnect();
  expect(await exited).toEqual([0, null]);
});

test.each([
  ['a folder without models', { MODELS_DIR: '/nowhere' }, '/nowhere/churn/current cannot be read'],
  ['a variable that is wrong', { SCORING_THREADS: 'many' }, 'SCORING_THREADS=many must be'],
])('refuses to start with %s, and says so', async (_, settings, message) => {
  const worker = start(settings);
  await expect(worker.ready()).rejects.toThrow(message);
  expect(worker.process.exitCode).toBe(1);
});
