import fc from 'fast-check';
import { cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MODELS_DIR } from '../testing/committed-models.ts';
import { loadModels } from './load-models.ts';
import { isSealed, sealManifest } from './manifest-hash.ts';

const FILES = ['model.json', 'weights.bin', 'manifest.json'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'models-'));
  await cp(MODELS_DIR, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

function fileOf(name: string, model = 'churn'): string {
  return path.join(folder, model, 'placeholder-1', name);
}

async function expectRefused(file: string, message = /The model file/) {
  const refusal = expect(loadModels(folder)).rejects;
  await refusal.toMatchObject({ code: 'invalid_model', retryable: false });
  await expect(loadModels(folder)).rejects.toThrow(file);
  await expect(loadModels(folder)).rejects.toThrow(message);
}

async function rewriteManifest(change: (manifest: Record<string, unknown>) => object) {
  const file = fileOf('manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, sealManifest(change(manifest)));
}

test('reads the current version of both models', async () => {
  const { churn, nbo } = await loadModels(folder);
  expect(churn.manifest).toMatchObject({ name: 'churn', placeholder: true });
  expect(churn.manifest.inputs).toHaveLength(10);
  expect(nbo.manifest.outputs).toHaveLength(8);
});

test('reads the version asked for, whatever the current one is', async () => {
  await writeFile(path.join(folder, 'churn', 'current'), 'another\n');
  await expect(loadModels(folder)).rejects.toThrow(/another/);
  const { churn } = await loadModels(folder, { churn: 'placeholder-1' });
  expect(churn.manifest.version).toBe('placeholder-1');
});

test('detects a change of any byte of the manifest', async () => {
  const bytes = await readFile(fileOf('manifest.json'));
  expect(isSealed(bytes)).toBe(true);
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [0x01, 0x20, 0x80]) {
      bytes[at]! ^= bit;
      if (isSealed(bytes)) throw new Error(`byte ${at} can be changed by ${bit}`);
      bytes[at]! ^= bit;
    }
  }
});

test.each(FILES)('refuses %s with any byte changed, and names it', async (name) => {
  const bytes = await readFile(fileOf(name));
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([at, bits]) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= bits;
      await writeFile(fileOf(name), changed);
      await expect(loadModels(folder)).rejects.toThrow(fileOf(name));
    }),
    { numRuns: 50 },
  );
});

test.each(FILES)('refuses %s truncated, lengthened or missing, and names it', async (name) => {
  const bytes = await readFile(fileOf(name, 'nbo'));
  for (const length of [0, 1, bytes.length >> 1, bytes.length - 1]) {
    await writeFile(fileOf(name, 'nbo'), bytes.subarray(0, length));
    await expectRefused(fileOf(name, 'nbo'));
  }
  await writeFile(fileOf(name, 'nbo'), Buffer.concat([bytes, Buffer.from('\n')]));
  await expectRefused(fileOf(name, 'nbo'));
  await unlink(fileOf(name, 'nbo'));
  await expectRefused(fileOf(name, 'nbo'), /ENOENT/);
});

test('refuses a missing or senseless current version', async () => {
  const current = path.join(folder, 'nbo', 'current');
  await writeFile(current, '../churn/placeholder-1\n');
  await expectRefused(path.join(folder, 'nbo'), /has no version named/);
  await unlink(current);
  await expectRefused(current, /segcast models create/);
});

test('refuses a model in the place of another', async () => {
  for (const name of FILES) await cp(fileOf(name, 'nbo'), fileOf(name));
  await expectRefused(fileOf('manifest.json'), /belongs to nbo placeholder-1/);
});

test.each([
  ['a deviation of zero', { inputs: [{ name: 'a', column: 'a', mean: 0, deviation: 0, imputed: 0 }] }],
  ['unknown outputs', { outputs: ['offer_1'] }],
  ['no check rows', { check_rows: [] }],
  ['check rows of another width', { check_rows: [{ inputs: [1], outputs: [0.5] }] }],
])('refuses a sealed manifest with %s', async (_, changes) => {
  await rewriteManifest((manifest) => ({ ...manifest, ...changes }));
  await expectRefused(fileOf('manifest.json'), /is not valid/);
});
