import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
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

const start = (
  settings: Record<string, string> = {},
  options: { detached?: boolean } = {},
): WorkerProcess =>
  startWorkerProcess(
    database.url,
    { kind: 'postgres', url: database.url, schema: 'bullmq' },
    settings,
    options,
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

/** Null where the kernel has none. */
function autogroupOf(pid: number): string | null {
  const path = `/proc/${pid}/autogroup`;
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

test('lets others have the processor first, with its scoring threads', async () => {
  const worker = start({ WORKER_NICENESS: '7' });
  await worker.ready();
  const { pid } = worker.process;
  expect(getPriority(pid)).toBe(7);
  if (process.platform === 'linux') {
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => getPriority(Number(id)));
    // Those that V8 has before any of our code stay as they are; two score.
    expect(threads.filter((niceness) => niceness === 7).length).toBeGreaterThanOrEqual(3);
    // It shares the session of this test, which is not its to change.
    expect(autogroupOf(pid!)).toBe(autogroupOf(process.pid));
  }
  await worker.end('SIGTERM');
});

test('makes a session of its own as nice as itself', async () => {
  const worker = start({ WORKER_NICENESS: '7' }, { detached: true });
  await worker.ready();
  expect(autogroupOf(worker.process.pid!) ?? 'nice 7').toContain('nice 7');
  await worker.end('SIGTERM');
});

test.each([
  ['a folder without models', { MODELS_DIR: '/nowhere' }, '/nowhere/churn/current cannot be read'],
  ['a variable that is wrong', { SCORING_THREADS: 'many' }, 'SCORING_THREADS=many must be'],
])('refuses to start with %s, and says so', async (_, settings, message) => {
  const worker = start(settings);
  await expect(worker.ready()).rejects.toThrow(message);
  expect(worker.process.exitCode).toBe(1);
});
