import { loadConfig, openServices, type ServiceUrls } from '@segcast/runtime';
import { Redis } from 'ioredis';
import pg from 'pg';

/** The servers that everything is measured on, as `segcast up` starts them. */
export interface BenchService {
  /** For people: which database and which queue. */
  description: { database: string; queue: string };
  /** The services with another database of the same server, which is made if it is missing. */
  urlsOf(database: string): Promise<ServiceUrls>;
  close(): Promise<void>;
}

/** @param dataDir keeps the servers' files, so that customers are generated only once. */
export async function openBenchService(
  dataDir: string,
  notify: (text: string) => void,
): Promise<BenchService> {
  const config = loadConfig({ SEGCAST_DATA_DIR: dataDir });
  const services = await openServices(config, { command: 'npm run bench', notify });
  try {
    await forgetJobs(services.urls);
    await assertDurable(services.urls.databaseUrl);
  } catch (error) {
    await services.close();
    throw error;
  }
  const { database, queue, urls } = services;
  return {
    description: { database, queue },
    urlsOf: async (name) => {
      await ensureDatabase(urls.databaseUrl, name);
      return toDatabase(urls, name);
    },
    close: () => services.close(),
  };
}

/** The Redis is the bench's own, and keeps on disk what a bench that was killed left in it. */
async function forgetJobs({ queue }: ServiceUrls): Promise<void> {
  if (queue.kind !== 'redis') return;
  const redis = new Redis(queue.url);
  await redis.flushall();
  await redis.quit();
}

const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

/** Nothing is worth measuring on a server that may lose it. */
async function assertDurable(url: string): Promise<void> {
  await withClient(url, async (client) => {
    for (const name of DURABLE) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`);
      const value = rows[0]?.[name];
      if (value !== 'on') throw new Error(`${name} is ${value ?? 'unknown'} on this server.`);
    }
  });
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  });
}

function toDatabase(urls: ServiceUrls, name: string): ServiceUrls {
  const url = new URL(urls.databaseUrl);
  url.pathname = `/${name}`;
  const { href } = url;
  const { queue } = urls;
  return {
    databaseUrl: href,
    warehouseUrl: href,
    warehouseAdminUrl: href,
    queue:
      queue.kind === 'redis'
        ? { ...queue, prefix: `{${name}}` }
        : { kind: 'postgres', url: href, schema: queue.schema },
  };
}

/** Lends a session of its own to `use`. */
export async function withClient<T>(
  url: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
