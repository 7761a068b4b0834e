import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '@segcast/runtime';
import { afterAll, expect, test } from 'vitest';
import { drainCopy } from '../bench/measure/drain-copy.ts';
import { openLoop } from '../bench/measure/open-loop.ts';
import { median, medianRatio, percentile } from '../bench/measure/statistics.ts';
import type { Result } from '../bench/report/results-file.ts';
import { createEmptyDatabase } from './support/services.ts';
import { createTestHome } from './support/test-home.ts';

const home = createTestHome();
const folder = mkdtempSync(join(tmpdir(), 'segcast-bench-'));
const results = join(folder, 'results.json');
afterAll(() => {
  rmSync(folder, { recursive: true });
  home.remove();
});

function npmRun(script: string, ...args: string[]): string {
  const command = ['run', '--silent', script, '--', ...args, '--results', results];
  const { status, stdout, stderr } = spawnSync('npm', command, {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  expect(stderr + stdout, stderr).toSatisfy(() => status === 0);
  return stdout;
}

test('measures a run and its peers, and writes the document with its charts', () => {
  const few = ['--customers', '2000', '--runs', '1', '--data-dir', home.path];
  const output = npmRun('bench', 'run', 'peers', ...few);
  expect(output).toContain('Run / floor');

  const found = JSON.parse(readFileSync(results, 'utf8')) as Result[];
  expect(found.map(({ bench }) => bench)).toEqual(['run', 'peers']);
  const samples = Object.entries(found[0]!.findings.samples);
  expect(samples.map(([name]) => name)).toContain('run Everybody, ms');
  for (const [, values] of samples) expect(values.every((ms) => ms > 0)).toBe(true);
  expect(found[1]!.findings.samples).toHaveProperty('pages, ms');

  npmRun('bench:report', '--docs', folder);
  const document = readFileSync(join(folder, 'performance.md'), 'utf8');
  expect(document).toContain('`npm run bench -- run --customers 2000 --runs 1`');
  for (const [, picture] of document.matchAll(/\]\((images\/[^)]+)\)/g)) {
    expect(existsSync(join(folder, picture!))).toBe(true);
  }
});

test('an open loop counts the waiting of requests that arrive while the service stands still', async () => {
  const standstill = sleep(300);
  const { latencies } = await openLoop({
    rate: 100,
    count: 20,
    send: async () => {
      await standstill;
      return 200;
    },
  });
  // The last is due at 190 ms: a closed loop would have sent and timed a single slow request.
  expect(latencies.filter((ms) => ms > 90)).toHaveLength(20);
});

test('a COPY is drained to its end without psql, and a failing one rejects', async () => {
  const database = await createEmptyDatabase();
  const copy = (query: string) =>
    drainCopy(database.url, `COPY (${query}) TO STDOUT (FORMAT binary)`);
  // Rows of all sizes, so that chunks end within headers and within rows.
  await copy("SELECT repeat('x', n % 20000), n FROM generate_series(1, 5000) AS n");
  await expect(copy('SELECT 1 / (n - 900) FROM generate_series(1, 1000) AS n')).rejects.toThrow();
  await database.drop();
});

test('percentiles are by nearest rank, and the median is the middle', () => {
  const values = Array.from({ length: 1000 }, (_, i) => i + 1).reverse();
  expect([0.5, 0.99, 0.999, 1].map((share) => percentile(values, share))).toEqual([
    500, 990, 999, 1000,
  ]);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
  expect(medianRatio([2, 30, 12], [1, 10, 3])).toBe(3);
});
