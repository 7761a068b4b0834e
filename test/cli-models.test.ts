import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readVersionFolder } from '@segcast/registry';
import type { ModelSummary } from '@segcast/contracts';
import { openStore, readActiveModels, type Store } from '@segcast/store';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { registerVersion, versionFiles } from './support/model-versions.ts';
import { createTestDatabase, type TestDatabase } from './support/services.ts';

// Processes start slowly where there is much else to do.
vi.setConfig({ testTimeout: 120_000 });

const SCRIPT = join(import.meta.dirname, '../apps/cli/bin/segcast.mjs');
const run = promisify(execFile);

let database: TestDatabase;
let store: Store;
let folder = '';

beforeAll(async () => {
  database = await createTestDatabase();
  store = openStore({ url: database.url, poolMax: 2 });
  folder = mkdtempSync(join(tmpdir(), 'segcast-cli-'));
  await registerVersion(store, { name: 'churn', version: 'good', metrics: { auc: 0.8 } });
  await registerVersion(store, { name: 'churn', version: 'worse', metrics: { auc: 0.7 } });
});
afterAll(async () => {
  await store.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function models(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: database.url, SEGCAST_DATA_DIR: folder };
  try {
    const { stdout, stderr } = await run(process.execPath, [SCRIPT, 'models', ...words], { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const inUse = async () => (await readActiveModels(store)).find((m) => m.model === 'churn')!.version;

test('a version is activated unless it is worse, and rolled back', async () => {
  expect((await models('activate', 'churn', 'good')).out).toMatch(/good is in use in place of/);
  const refused = await models('activate', 'churn', 'worse');
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toMatch(/AUC 0\.700 .* 0\.800 of good in use.*--force/s);
  expect(await inUse()).toBe('good');
  expect((await models('compare', 'churn', 'worse')).out).toMatch(
    /AUC\s+0\.700\s+0\.800\s+−0\.100/,
  );
  expect((await models('activate', 'churn', 'worse', '--force')).code).toBe(0);
  expect(await inUse()).toBe('worse');
  const back = await models('rollback', 'churn', '--json');
  expect(JSON.parse(back.out)).toEqual({
    name: 'churn',
    previous_version: 'worse',
    active_version: 'good',
  });
  expect(await inUse()).toBe('good');
});

test('versions are listed and shown', async () => {
  const listed = JSON.parse((await models('list', '--json')).out) as ModelSummary[];
  expect(listed.map(({ name, versions }) => [name, versions])).toEqual([
    ['churn', 3],
    ['nbo', 1],
  ]);
  const shown = await models('show', 'churn');
  expect(shown.out).toMatch(/good +trained .* Good, AUC 0\.800/);
});

test('a version leaves as a folder and comes back as the same one', async () => {
  const out = join(folder, 'out');
  expect((await models('export', 'churn', 'good', out)).out).toContain('weights.bin');
  const files = await versionFiles({ name: 'churn', version: 'good', metrics: { auc: 0.8 } });
  expect(await readVersionFolder(out)).toEqual(files);
  expect((await models('import', out)).out).toMatch(/registered already, with the same files/);
  expect((await models('export', 'churn', 'good', out)).err).toMatch(/is not empty/);
});
