import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listModelVersions } from './model-versions.ts';

test('every version of each model is listed, and nothing else that lies there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'segcast-models-'));
  for (const version of ['churn/1', 'churn/2', 'nbo/1']) {
    mkdirSync(join(folder, version), { recursive: true });
  }
  writeFileSync(join(folder, 'churn/current'), '1');
  const versions = await listModelVersions(folder);
  rmSync(folder, { recursive: true });
  expect(versions.churn.sort()).toEqual(['1', '2']);
  expect(versions.nbo).toEqual(['1']);
});
