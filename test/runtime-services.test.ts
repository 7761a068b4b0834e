import { AppError } from '@segcast/contracts';
import {
  attachServices,
  type Config,
  findRedis,
  loadConfig,
  openDatabases,
  openServices,
  type Services,
} from '@segcast/runtime';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { runScript } from './support/child-script.ts';
import { createTestDatabase, type TestDatabase } from './support/services.ts';
import { createTestHome, type TestHome } from './support/test-home.ts';
import { isAlive, until } from './support/until.ts';

const silent = { command: 'segcast test', notify: () => undefined };
const redis = findRedis();

let database: TestDatabase;
let home: TestHome;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  home = createTestHome();
});
afterEach(() => home.remove());

function configOf(environment: Record<string, string>): Config {
  return loadConfig({ SEGCAST_DATA_DIR: home.path, ...environment });
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : String(error);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe('the queue', () => {
  const open = async (environment: Record<string, string>) => {
    const services = await openServices(
      configOf({ DATABASE_URL: database.url, ...environment }),
      silent,
    );
    await services.close();
    return services.urls.queue;
  };

  test('is the Redis of REDIS_URL, under the prefix', async () => {
    const url = 'redis://queue.example:6379';
    const prefix = '{other}';
    expect(await open({ REDIS_URL: url, QUEUE_PREFIX: prefix })).toEqual({
      kind: 'redis',
      url,
      prefix,
    });
  });

  test('is the database when QUEUE_BACKEND says so, in spite of REDIS_URL', async () => {
    const environment = { REDIS_URL: 'redis://queue.example', QUEUE_BACKEND: 'postgres' };
    expect(await open(environment)).toEqual({
      kind: 'postgres',
      url: database.url,
      schema: 'bullmq',
    });
  });

  test.runIf(redis)('is a Redis started here when there is a program for it', async () => {
    const services = await openServices(configOf({ DATABASE_URL: database.url }), silent);
    expect(services.urls.queue.kind).toBe('redis');
    expect(services.queue).toContain(redis!.version);
    const { hostname, password } = new URL(services.urls.queue.url);
    expect(hostname).toBe('127.0.0.1');
    expect(password.length).toBeGreaterThan(20);
    await services.close();
  });

  test('is the database where there is no Redis, and a Redis that is insisted on is missed', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      expect(await open({})).toMatchObject({ kind: 'postgres' });
      await expect(open({ QUEUE_BACKEND: 'redis' })).rejects.toThrow('is on the PATH');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('the database', () => {
  test('that is given and does not answer is named, without its password', async () => {
    const config = configOf({ DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/none' });
    const error = await openServices(config, silent).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('services_unavailable');
    expect(String(error)).toContain('127.0.0.1:9/none');
    expect(String(error)).not.toContain('secret');
  });

  test('of a command is the given one, with no claim on the data directory', async () => {
    const config = configOf({ DATABASE_URL: database.url, DWH_URL: 'postgres://reader@host/dwh' });
    const services = await openServices(config, silent);
    const databases = await openDatabases(config, silent);
    expect(databases).toMatchObject({
      databaseUrl: database.url,
      warehouseUrl: 'postgres://reader@host/dwh',
      warehouseAdminUrl: 'postgres://reader@host/dwh',
    });
    await databases.close();
    await services.close();
  });
});

describe('one data directory', () => {
  const embedded = () => configOf({ QUEUE_BACKEND: 'postgres' });

  test('is shared with commands, refused to a second start, and free after the end', async () => {
    const services = await openServices(embedded(), silent);
    services.publishApi('http://127.0.0.1:3999');
    const error = await openServices(embedded(), silent).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('already_running');
    expect(String(error)).toContain('http://127.0.0.1:3999');

    const databases = await openDatabases(embedded(), silent);
    expect(databases.databaseUrl).toBe(services.urls.databaseUrl);
    expect(attachServices(embedded())).toEqual(services.urls);
    await databases.close();
    expect(await answers(services.urls.databaseUrl)).toBe(true);

    await services.close();
    expect(await answers(services.urls.databaseUrl)).toBe(false);
    expect(() => attachServices(embedded())).toThrow('DATABASE_URL is not set');
  });

  test('has a database that a command starts alone and stops, while others wait', async () => {
    const told: string[] = [];
    const first = await openDatabases(embedded(), silent);
    let opened: Services | undefined;
    const second = openServices(embedded(), {
      command: 'segcast up',
      notify: (text) => told.push(text),
    }).then((services) => (opened = services));
    await until('the second has been told to wait', () => told.length > 0);
    expect(told).toEqual([expect.stringContaining(`segcast test (process ${process.pid})`)]);
    expect(opened).toBeUndefined();
    expect(await answers(first.databaseUrl)).toBe(true);
    await first.close();
    await (await second).close();
    expect(told).toHaveLength(1);
  });

  test('is free again after a kill, and the data is still there', async () => {
    const script = runScript(`
      import { loadConfig, openServices } from '@segcast/runtime';
      const config = loadConfig({
        SEGCAST_DATA_DIR: ${JSON.stringify(home.path)},
        QUEUE_BACKEND: 'auto',
      });
      const services = await openServices(config, { command: 'segcast up', notify() {} });
      console.log(JSON.stringify(services.urls));
      setInterval(() => undefined, 1000);
    `);
    const urls = (await script.said) as Services['urls'];
    const client = new pg.Client({ connectionString: urls.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE kept ()');
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    script.process.kill('SIGKILL');
    await until('the server is gone', () => !isAlive(rows[0]!.pid));

    const services = await openServices(embedded(), silent);
    const again = new pg.Client({ connectionString: services.urls.databaseUrl });
    await again.connect();
    expect((await again.query('SELECT FROM kept')).rowCount).toBe(0);
    await again.end();
    await services.close();
  });

  test('that cannot be written is named with the remedy', async () => {
    const config = loadConfig({ SEGCAST_DATA_DIR: '/dev/null/data' });
    const error = await openServices(config, silent).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('services_unavailable');
    expect(String(error)).toMatch(/The data directory \/dev\/null\/data .* SEGCAST_DATA_DIR/s);
  });

  test('tells when a server that it started ends unasked', async () => {
    const services = await openServices(embedded(), silent);
    const client = new pg.Client({ connectionString: services.urls.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pg_read_file('postmaster.pid', 0, 10)::text AS pid",
    );
    process.kill(Number.parseInt(String(rows[0]!.pid)), 'SIGQUIT');
    expect(await services.failed).toContain('PostgreSQL ended unexpectedly');
    await services.close();
  });
});
