import { AppError } from '@segcast/contracts';

import type { Config } from '../config/config.ts';
import { readRunning } from './instance.ts';
import { postgresQueue, redisQueue, type ServiceUrls, toDatabaseUrls } from './service-urls.ts';

/**
 * The services for a process that starts none: those of the environment, and where it is silent
 * those of the Segcast that runs on the same data directory.
 *
 * @throws AppError services_unavailable when neither says where they are.
 */
export function attachServices(config: Config): ServiceUrls {
  const running = readRunning(config.dataDir)?.services;
  const databaseUrl = config.databaseUrl ?? running?.databaseUrl;
  if (databaseUrl === undefined) {
    throw new AppError(
      'services_unavailable',
      `There is no database: DATABASE_URL is not set, and no Segcast runs on ${config.dataDir}. ` +
        'Set DATABASE_URL, or start everything together with npm start.',
    );
  }
  const shared = running?.databaseUrl === databaseUrl ? running.queue : undefined;
  return {
    ...toDatabaseUrls(config, databaseUrl),
    queue: findQueue(config, databaseUrl, shared),
  };
}

function findQueue(
  config: Config,
  databaseUrl: string,
  shared: ServiceUrls['queue'] | undefined,
): ServiceUrls['queue'] {
  const { backend, redisUrl } = config.queue;
  if (backend === 'postgres') return postgresQueue(databaseUrl);
  if (redisUrl !== null) return redisQueue(config, redisUrl);
  if (shared) return shared;
  if (backend === 'auto') return postgresQueue(databaseUrl);
  throw new AppError(
    'services_unavailable',
    'There is no Redis: QUEUE_BACKEND is redis and REDIS_URL is not set. Set it.',
  );
}
