import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { EVENT_STREAM, WORKER_TIMES, type Consumers, type Producers } from './backend.ts';
import type { ReportError } from './outage-reporter.ts';
import type { QueueConnection } from './queue-connection.ts';

type RedisConnection = Extract<QueueConnection, { kind: 'redis' }>;

/** How long producers wait for Redis to accept a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 1000;

const reconnectDelay = (attempt: number): number => Math.min(attempt * 100, 2000);

/**
 * Producers share one connection that never queues commands while Redis is away: a caller must hear
 * of it at once.
 */
export async function openRedisProducers(
  { url, prefix }: RedisConnection,
  report: ReportError,
): Promise<Producers> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: 5000,
    retryStrategy: reconnectDelay,
  });
  redis.on('error', report);
  await firstConnection(redis);
  // The version check asks once and remembers a failure for ever, which a producer without an
  // offline queue would hit while Redis restarts. Workers check the version.
  const options = { connection: redis, prefix, skipVersionCheck: true, streams: EVENT_STREAM };
  return {
    queue: (name) => {
      const queue = new Queue(name, options);
      queue.on('error', (error) => report(error, { queue: name }));
      return Promise.resolve(queue);
    },
    close: () => redis.disconnect(),
  };
}

/** Workers wait for Redis however long it is away, and take up where they were. */
export function openRedisConsumers(
  { url, prefix }: RedisConnection,
  report: ReportError,
): Consumers {
  let closing = false;
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    socketTimeout: 30_000,
    retryStrategy: (attempt) => (closing ? null : reconnectDelay(attempt)),
  });
  redis.on('error', report);
  const options = { connection: redis, prefix, ...WORKER_TIMES };
  return {
    worker: (name, processor, settings) => {
      const worker = new Worker(name, processor, { ...options, ...settings });
      worker.on('error', (error) => report(error, { queue: name }));
      return Promise.resolve(worker);
    },
    stopReconnecting: () => {
      closing = true;
    },
    close: () => redis.disconnect(),
  };
}

/** Resolves when Redis is there, or has had its time: opening a queue does not need it. */
async function firstConnection(redis: Redis): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CONNECT_TIMEOUT_MS);
    redis.once('ready', resolve);
    redis.once('error', () => resolve());
  });
  clearTimeout(timer);
}
