import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_RFM_SEGMENTS, loadRfmSegments } from './rfm-segments.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rfm-segments-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string) {
  const file = path.join(folder, 'segments.json');
  await writeFile(file, text);
  return loadRfmSegments(file);
}

test('reads the names of all twenty-five fields', async () => {
  const renamed = { ...DEFAULT_RFM_SEGMENTS, 1: { ...DEFAULT_RFM_SEGMENTS[1], 1: 'Gone' } };
  expect(await load(JSON.stringify(renamed))).toEqual(renamed);
});

test.each([
  ['no JSON', '{"5":', /cannot be read as JSON/],
  ['a missing row', JSON.stringify({ 5: DEFAULT_RFM_SEGMENTS[5] }), /is not valid/],
  [
    'an empty name',
    JSON.stringify({ ...DEFAULT_RFM_SEGMENTS, 2: { ...DEFAULT_RFM_SEGMENTS[2], 3: ' ' } }),
    /is not valid[^]*"?2"?[^]*"?3"?/,
  ],
])('refuses %s and names the file', async (_, text, message) => {
  await expect(load(text)).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(message) as string,
  });
  await expect(load(text)).rejects.toThrow(/segments\.json/);
});

test('refuses a file that is not there', async () => {
  await expect(loadRfmSegments(path.join(folder, 'absent.json'))).rejects.toThrow(/absent\.json/);
});
