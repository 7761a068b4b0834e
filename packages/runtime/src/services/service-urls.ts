import type { Config } from '../config/config.ts';

/** Where jobs live; the shape that the package `queue` connects by. */
export type QueueAddress =
  | { kind: 'redis'; url: string; prefix: string }
  | { kind: 'postgres'; url: string; schema: string };

/** The databases. The URLs hold passwords. */
export interface DatabaseUrls {
  databaseUrl: string;
  warehouseUrl: string;
  /** For writing features and refreshing the view. */
  warehouseAdminUrl: string;
}

/** Everything that Segcast connects to. */
export interface ServiceUrls extends DatabaseUrls {
  queue: QueueAddress;
}

/** The schema of BullMQ's tables where the queue is in PostgreSQL. */
const QUEUE_SCHEMA = 'bullmq';

/** The warehouse is in our own database unless the configuration says otherwise. */
export function toDatabaseUrls(config: Config, databaseUrl: string): DatabaseUrls {
  const warehouseUrl = config.warehouse.url ?? databaseUrl;
  return {
    databaseUrl,
    warehouseUrl,
    warehouseAdminUrl: config.warehouse.adminUrl ?? warehouseUrl,
  };
}

export function redisQueue(config: Config, url: string): QueueAddress {
  return { kind: 'redis', url, prefix: config.queue.prefix };
}

export function postgresQueue(databaseUrl: string): QueueAddress {
  return { kind: 'postgres', url: databaseUrl, schema: QUEUE_SCHEMA };
}

/**
 * Arguments of Node for our processes. V8's default of three times 16 MB for young objects is memory
 * for nothing, and so is a heap that may grow to several times of what is in use before it is
 * collected, as it does where gigabytes are allowed: an export of a million results took 110 MB more
 * of it. As in package.json and the image.
 */
export const NODE_ARGUMENTS = {
  api: ['--max-semi-space-size=2', '--max-old-space-size=512'],
  worker: ['--max-semi-space-size=2'],
} as const;

/** How glibc is to keep memory in our processes. As in package.json and the image. */
export const MALLOC_SETTINGS = {
  // An arena of freed memory per thread: two cost scoring nothing and save some 40 MB.
  MALLOC_ARENA_MAX: '2',
  // What is larger goes back to the system when it is freed, always: left to itself glibc raises
  // the bound up to 32 MB and keeps another 30 MB.
  MALLOC_MMAP_THRESHOLD_: '1048576',
} as const;

/** Our environment, changed so that another process of ours uses these services. */
export function childEnvironment(
  urls: ServiceUrls,
  more: Record<string, string>,
): NodeJS.ProcessEnv {
  return {
    ...MALLOC_SETTINGS,
    ...process.env,
    DATABASE_URL: urls.databaseUrl,
    DWH_URL: urls.warehouseUrl,
    DWH_ADMIN_URL: urls.warehouseAdminUrl,
    QUEUE_BACKEND: urls.queue.kind,
    ...(urls.queue.kind === 'redis' ? { REDIS_URL: urls.queue.url } : {}),
    ...more,
  };
}
