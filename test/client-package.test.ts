import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const CLIENT = join(import.meta.dirname, '../packages/client');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const run = promisify(execFile);

let api: ApiServer;
let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'segcast-client-'));
  const dist = join(project, 'built');
  await run(process.execPath, [join(CLIENT, 'scripts/build.mjs'), dist]);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const { stdout } = await run('npm', ['pack', '--silent', './built'], { cwd: project });
  rmSync(dist, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--offline'];
  await run('npm', ['install', ...quiet, `./${stdout.trim()}`], { cwd: project });
  api = await startApiServer();
  await api.service.segment({}, { churnThresholds: { high: 0.01, medium: 0.005 } });
  await api.startWorkers();
});
afterAll(async () => {
  await api.close();
  rmSync(project, { recursive: true, force: true });
});

/** The examples of the README, to be run against the API of the test. */
function examples(): string[] {
  const readme = readFileSync(join(CLIENT, 'README.md'), 'utf8');
  const found = [...readme.matchAll(/```js\n([\s\S]+?)```/g)].map(([, code]) => code!);
  return found.map((code) => code.replaceAll('http://127.0.0.1:3000', api.origin));
}

describe('the package in an empty project', () => {
  it('is alone', () => {
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
      packages: object;
    };
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/@segcast/client']);
  });

  it('runs every example of its README', async () => {
    const said: string[] = [];
    for (const code of examples()) {
      writeFileSync(join(project, 'example.js'), code);
      const { stdout } = await run(process.execPath, ['example.js'], { cwd: project });
      said.push(stdout);
    }
    expect(said).toHaveLength(3);
    expect(said[0]).toMatch(/100 %\n[\d.]+\n(C\d{6}\n)+$/);
    expect(said[1]).toMatch(/^Segment [\d.]+ [\d.]+\n$/);
    expect(said[2]).toMatch(/^segment_not_found 404 .*4711/);
  });

  it('has types that need nothing else, and that refuse what is not so', async () => {
    const code = `import { createSegcast, type Run } from '@segcast/client';
const { segmentsApi, runs } = createSegcast({ baseUrl: '' });
export const share = async (): Promise<number> => (await segmentsApi.getMLStats(1)).data.stats.churn.high_percentage;
export const wait = (): Promise<Run> => segmentsApi.predictAndWait(1, { type: 'churn' });
export async function* ids(): AsyncGenerator<string> {
  for await (const { customer_id } of runs.results('x', { risk: 'high' })) yield customer_id;
}
// @ts-expect-error There is no such type of prediction.
export const wrong = () => segmentsApi.predict(1, { type: 'chrun' });
// @ts-expect-error A run has no such field.
export const absent = async () => (await wait()).colour;
`;
    const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: [] };
    const config = { compilerOptions: { ...options, skipLibCheck: false }, files: ['use.ts'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(project, 'use.ts'), code);
    const checked = await run(process.execPath, [TSC, '-p', '.'], { cwd: project });
    expect(checked.stdout).toBe('');
  });
});
