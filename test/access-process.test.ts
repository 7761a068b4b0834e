import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewKey } from '@segcast/contracts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { originOf, startApiProcess, type ApiProcess } from './support/api-process.ts';
import { createTestDatabase, type TestDatabase } from './support/services.ts';
import { until } from './support/until.ts';

/** Loopback in truth, though not by its name: what the API holds for an address others reach. */
const REACHABLE = '::ffff:127.0.0.1';
const SEGMENTS = '/api/loyalty/v1/segments/';
const KEYS = '/api/loyalty/v1/keys/';

const folder = mkdtempSync(join(tmpdir(), 'segcast-key-'));
const keyFile = join(folder, 'key');
const secret = randomBytes(24).toString('hex');

let database: TestDatabase;
let api: ApiProcess | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  api?.child.kill('SIGTERM');
  await api?.ended;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

function start(env: Record<string, string>): ApiProcess {
  api = startApiProcess(database.url, env);
  return api;
}

async function portOf(started: ApiProcess): Promise<string> {
  return /:(\d+)$/.exec(await originOf(started))![1]!;
}

async function statusOf(port: string, path: string, key?: string): Promise<number> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
}

it('does not serve others without a key, and says how to make one', async () => {
  const refused = start({ HOST: '0.0.0.0' });
  expect(await refused.ended).toEqual([1, null]);
  const said = refused.lines.join('\n');
  expect(said).toContain('SEGCAST_BOOTSTRAP_KEY');
  expect(said).toContain('segcast keys create');
  expect(said).not.toContain('listening');
});

it('does not start on a key that can be guessed, and does not repeat it', async () => {
  writeFileSync(keyFile, 'hunter2\n');
  const refused = start({ SEGCAST_BOOTSTRAP_KEY_FILE: keyFile });
  expect(await refused.ended).toEqual([1, null]);
  expect(refused.lines.join('\n')).toContain('32 to 256');
  expect(refused.lines.join('\n')).not.toContain('hunter2');
});

it('makes the key of the file the first, with which an admin writes, and writes that down', async () => {
  writeFileSync(keyFile, `${secret}\n`);
  const started = start({ HOST: REACHABLE, SEGCAST_BOOTSTRAP_KEY_FILE: keyFile });
  const port = await portOf(started);
  expect(await statusOf(port, '/healthz')).toBe(200);
  expect(await statusOf(port, SEGMENTS)).toBe(401);
  expect(await statusOf(port, SEGMENTS, secret)).toBe(200);

  const answer = await fetch(`http://127.0.0.1:${port}${KEYS}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'X-Request-Id': 'the-write' },
    body: '{"name": "Dashboard", "role": "read"}',
  });
  expect(answer.status).toBe(201);
  const created = ((await answer.json()) as NewKey).secret;
  await until('the audit line is there', () => started.lines.join('\n').includes('the-write'));
  const line = started.lines.find((each) => each.includes('the-write'))!;
  expect(JSON.parse(line)).toMatchObject({
    audit: true,
    method: 'POST',
    route: KEYS,
    status: 201,
    request_id: 'the-write',
    key_name: 'bootstrap',
    via: 'key',
  });
  for (const each of [secret, created]) expect(started.lines.join('\n')).not.toContain(each);
});

it('makes no other first key, neither at the same address nor where it could be open', async () => {
  const another = randomBytes(24).toString('hex');
  const port = await portOf(start({ HOST: REACHABLE, SEGCAST_BOOTSTRAP_KEY: another }));
  expect(await statusOf(port, SEGMENTS, another)).toBe(401);
  expect(await statusOf(port, SEGMENTS, secret)).toBe(200);
});
