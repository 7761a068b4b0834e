import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Key, NewKey } from '@segcast/contracts';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addKeysCommand } from '../apps/cli/src/commands/keys.ts';
import { addSegmentsCommand } from '../apps/cli/src/commands/segments.ts';
import { EXIT_CODE, exitCodeOf } from '../apps/cli/src/exit-code.ts';
import { describeError } from '../apps/cli/src/report-error.ts';
import { createOwnKey } from '../apps/cli/src/up/own-key.ts';
import { createSegcastApi } from '../apps/cli/src/api/segcast-api.ts';
import { createEmptyDatabase } from './support/services.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const COMMAND = join(import.meta.dirname, '../apps/cli/bin/segcast.mjs');
const folder = mkdtempSync(join(tmpdir(), 'segcast-cli-'));
const keyFile = join(folder, 'key');

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.close();
});

interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** The command in this process, which is sooner done than to start one. */
async function segcast(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const outcome = { code: 0, out: '', err: '' };
  const writeErr = (text: string) => (outcome.err += text);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: string) => (outcome.out += `${text}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: string) => writeErr(`${text}\n`)),
  ];
  for (const [name, value] of Object.entries({ DATABASE_URL: api.service.url, ...env })) {
    vi.stubEnv(name, value);
  }
  const program = new Command('segcast').exitOverride().configureOutput({ writeErr });
  addKeysCommand(program);
  addSegmentsCommand(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) writeErr(describeError(error, false));
    outcome.code = error instanceof CommanderError ? EXIT_CODE.usage : exitCodeOf(error);
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return outcome;
}

async function segcastProcess(args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: api.service.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

const segments = (...args: string[]) => ['segments', 'list', '--url', api.origin, ...args];

describe('segcast keys', () => {
  let key: NewKey;

  it('creates a key; its secret alone goes to standard output', async () => {
    const { code, out, err } = await segcastProcess(['keys', 'create', '--role', 'read']);
    expect(code).toBe(0);
    expect(out).toMatch(/^segcast_[\w-]{43}\n$/);
    expect(err).toContain('It is the first');
    const asked = await fetch(`${api.origin}/api/loyalty/v1/session/`, {
      headers: { Authorization: `Bearer ${out.trim()}` },
    });
    expect(await asked.json()).toMatchObject({ via: 'key', role: 'read', name: 'read key' });
  });

  it('takes a name and an expiry', async () => {
    const more = ['--name', 'Campaigns', '--expires', '90d', '--json'];
    const { out, err } = await segcast(['keys', 'create', '--role', 'write', ...more]);
    key = JSON.parse(out) as NewKey;
    expect(key).toMatchObject({ name: 'Campaigns', role: 'write', status: 'active' });
    const days = (Date.parse(key.expires_at!) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThanOrEqual(90);
    expect(err).not.toContain('It is the first');
  });

  it.each([
    [['keys', 'create'], '--role'],
    [['keys', 'create', '--role', 'root'], 'read, write, admin'],
    [['keys', 'create', '--role', 'read', '--expires', '2020-01-01'], 'a time to come'],
    [['keys', 'create', '--role', 'read', '--expires', 'soon'], 'a time to come'],
    [['keys', 'revoke', 'first'], 'whole number'],
  ])('%j is refused with a reason', async (args, reason) => {
    const { code, err } = await segcast(args);
    expect(code).toBe(2);
    expect(err).toContain(reason);
  });

  it('lists and revokes', async () => {
    const table = (await segcast(['keys', 'list'])).out;
    expect(table).toContain('Campaigns');
    expect(table).not.toContain(key.secret);
    const { code, out } = await segcast(['keys', 'revoke', String(key.key_id)]);
    expect([code, out]).toEqual([0, `Key ${key.key_id}, Campaigns, is revoked.\n`]);
    const all = JSON.parse((await segcast(['keys', 'list', '--json'])).out) as Key[];
    expect(all.map(({ name, status }) => [name, status])).toEqual([
      ['read key', 'active'],
      ['Campaigns', 'revoked'],
    ]);
    expect((await segcast(['keys', 'revoke', '999'])).code).toBe(4);
  });
});

it('segcast keys says so when the database has no tables yet', async () => {
  const empty = await createEmptyDatabase();
  const { code, err } = await segcast(['keys', 'list'], { DATABASE_URL: empty.url });
  await empty.drop();
  expect(code).toBe(3);
  expect(err).toContain('segcast migrate');
});

describe('commands over the API', () => {
  it('say how to give a key, and send it from a file or the environment', async () => {
    const { secret } = JSON.parse(
      (await segcast(['keys', 'create', '--role', 'read', '--json'])).out,
    ) as NewKey;

    const without = await segcast(segments());
    expect(without.code).toBe(6);
    expect(without.err).toContain('SEGCAST_API_KEY');
    expect(without.err).toContain('--key-file');

    writeFileSync(keyFile, `${secret}\n`);
    expect((await segcast(segments('--key-file', keyFile))).code).toBe(0);
    expect((await segcast(segments(), { SEGCAST_API_KEY: secret })).code).toBe(0);

    const create = ['segments', 'create', 'Mine', '--url', api.origin, '--key-file', keyFile];
    const refused = await segcast(create);
    expect(refused.code).toBe(6);
    expect(refused.err).toContain('needs the role write');

    writeFileSync(keyFile, 'two words\n');
    const bad = await segcast(segments('--key-file', keyFile));
    expect(bad.code).toBe(2);
    expect(bad.err).not.toContain('two words');
  });
});

describe('what `up` asks of the API', () => {
  it('goes by a key of its own where one is needed, which nothing is left of', async () => {
    const key = createOwnKey(api.service.url);
    const client = createSegcastApi(api.origin, { renewKey: () => key.renew() });
    const { id } = await client.createSegment({ name: 'Of up' });
    expect((await client.findSegment('of UP')).id).toBe(id);
    const names = 'SELECT name FROM segcast.api_keys ORDER BY id DESC LIMIT 1';
    expect(await api.service.sql(names)).toEqual([{ name: 'segcast up' }]);
    await key.close();
    expect(await api.service.sql(names)).not.toEqual([{ name: 'segcast up' }]);
  });
});
