import type { QueueConnection } from '@segcast/queue';
import { MemoryStore, type Options, type Store as Counters } from 'express-rate-limit';
import { Redis } from 'ioredis';
import { RedisStore, type RedisReply } from 'rate-limit-redis';

export interface SharedCounters {
  counters(name: string): Counters;
  close(): void;
}

/** Nobody waits longer for a count; it is then made here. */
const PATIENCE_MS = 500;

/** Counters in Redis, which all processes share; while it is away each counts for itself. */
export function openSharedCounters({
  url,
  prefix,
}: Extract<QueueConnection, { kind: 'redis' }>): SharedCounters {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 1000,
    commandTimeout: PATIENCE_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
  });
  // The queue reports that its Redis is away.
  redis.on('error', () => undefined);
  return {
    counters: (name) => withOwnCounters(redis, `${prefix}:rate:${name}:`),
    close: () => redis.disconnect(),
  };
}

function withOwnCounters(redis: Redis, prefix: string): Counters {
  const own = new MemoryStore();
  const shared = new RedisStore({
    prefix,
    sendCommand: (command, ...args) => redis.call(command, ...args) as Promise<RedisReply>,
  });
  const load = (options: Options) => {
    shared.init(options).catch(() => undefined);
  };
  return {
    init: (options) => {
      own.init(options);
      // It loads its scripts once and keeps a failure for ever: load them whenever Redis is back.
      redis.on('ready', () => load(options));
      if (redis.status === 'ready') load(options);
    },
    increment: (key) => shared.increment(key).catch(() => own.increment(key)),
    decrement: (key) => shared.decrement(key).catch(() => own.decrement(key)),
    resetKey: (key) => shared.resetKey(key).catch(() => own.resetKey(key)),
  };
}
