import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startEmbeddedPostgres } from '@segcast/runtime';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runScript } from './support/child-script.ts';
import { createTestHome, type TestHome } from './support/test-home.ts';
import { isAlive, until } from './support/until.ts';

let home: TestHome;

beforeAll(() => {
  home = createTestHome();
});

afterAll(() => home.remove());

const start = () => startEmbeddedPostgres({ home: home.path, durable: false });

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => row.value);
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  test('starts, keeps its data over a restart, and is UTF-8 with code point order', async () => {
    const first = await start();
    await query(first.urlOf('postgres'), "CREATE TABLE kept AS SELECT 'naïve 🙂' AS value");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    const url = second.urlOf('postgres');
    expect(await query(url, 'SELECT value FROM kept')).toEqual(['naïve 🙂']);
    expect(
      await query(
        url,
        "SELECT value FROM (VALUES ('ä'), ('b'), ('Z')) AS t (value) ORDER BY value",
      ),
    ).toEqual(['Z', 'b', 'ä']);
    await second.stop();
  });

  test('wants its password, which only we can read, and listens on loopback only', async () => {
    const server = await start();
    const url = new URL(server.urlOf('postgres'));
    expect(statSync(join(home.path, 'postgres-password')).mode & 0o777).toBe(0o600);
    url.password = 'guess';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(
      await query(server.urlOf('postgres'), "SELECT current_setting('listen_addresses') AS value"),
    ).toEqual(['127.0.0.1']);
    await server.stop();
  });

  test.runIf(process.getuid?.() === 0)('runs as another user when we are root', async () => {
    const server = await start();
    expect(statSync(`/proc/${server.pid}`).uid).toBe(65534);
    await server.stop();
  });

  test.runIf(process.getuid?.() === 0)('is not started on files of another user', async () => {
    const folder = join(home.path, 'postgres');
    chownSync(folder, 1, 1);
    await expect(start()).rejects.toThrow('belongs to user id 1');
    chownSync(folder, 65534, 65534);
  });

  test('takes over from an instance whose process id now belongs to something else', async () => {
    const pidFile = join(home.path, 'postgres', 'postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${join(home.path, 'postgres')}\n1\n5432\n`);
    const server = await start();
    expect(readFileSync(pidFile, 'utf8')).toMatch(new RegExp(`^${server.pid}\n`));
    await server.stop();
  });

  test('stops an instance that was left running', async () => {
    const left = await start();
    const server = await start();
    expect(isAlive(left.pid)).toBe(false);
    expect(await query(server.urlOf('postgres'), 'SELECT 1 AS value')).toEqual([1]);
    await server.stop();
  });

  test.each(['kernel', 'watchdog'])(
    'does not outlive a parent killed by SIGKILL (%s)',
    async (tether) => {
      if (tether === 'kernel' && process.platform !== 'linux') return;
      const script = runScript(`
      import { startEmbeddedPostgres } from '@segcast/runtime';
      const home = ${JSON.stringify(home.path)};
      const server = await startEmbeddedPostgres({ home, durable: false, tether: '${tether}' });
      console.log(JSON.stringify(server.pid));
      setInterval(() => undefined, 1000);
    `);
      const pid = (await script.said) as number;
      expect(isAlive(pid)).toBe(true);
      script.process.kill('SIGKILL');
      await until('the server is gone', () => !isAlive(pid));
    },
  );
});
