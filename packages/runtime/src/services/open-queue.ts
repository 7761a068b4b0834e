import { AppError } from '@segcast/contracts';

import type { Config } from '../config/config.ts';
import { type EmbeddedRedis, findRedis, startEmbeddedRedis } from '../embedded/redis-server.ts';
import { serviceHome } from '../embedded/service-home.ts';
import { postgresQueue, type QueueAddress, redisQueue } from './service-urls.ts';

export interface OpenQueue {
  address: QueueAddress;
  /** For people: what it is and where it comes from. */
  description: string;
  server: EmbeddedRedis | null;
}

/**
 * The queue by what there is: `REDIS_URL`; else a Redis or Valkey of this machine, started for us;
 * else the database itself. `QUEUE_BACKEND` insists on one of them.
 *
 * @throws AppError services_unavailable when Redis is insisted on and there is none.
 */
export async function openQueue(config: Config, databaseUrl: string): Promise<OpenQueue> {
  const { backend, redisUrl } = config.queue;
  if (backend === 'postgres') return inDatabase(databaseUrl, 'by QUEUE_BACKEND');
  if (redisUrl !== null) {
    return {
      address: redisQueue(config, redisUrl),
      description: `Redis at ${new URL(redisUrl).host}`,
      server: null,
    };
  }
  const program = findRedis();
  if (program) {
    const server = await startEmbeddedRedis(program, { home: serviceHome(config.dataDir) });
    const description = `${program.command} ${program.version}, started here`;
    return { address: redisQueue(config, server.url), description, server };
  }
  if (backend === 'auto') return inDatabase(databaseUrl, 'no Redis here');
  throw new AppError(
    'services_unavailable',
    'QUEUE_BACKEND is redis, REDIS_URL is not set, and neither redis-server nor valkey-server ' +
      '(6.2 or newer) is on the PATH. Set REDIS_URL, install one of them, or use ' +
      'QUEUE_BACKEND=postgres.',
  );
}

function inDatabase(databaseUrl: string, why: string): OpenQueue {
  return {
    address: postgresQueue(databaseUrl),
    description: `PostgreSQL, the same database (${why})`,
    server: null,
  };
}
