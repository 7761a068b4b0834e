import { AppError, type SegmentStats } from '@segcast/contracts';
import type { RunLog } from '@segcast/runs';
import { Redis } from 'ioredis';
import Keyv from 'keyv';
import QuickLRU from 'quick-lru';
import type { KeptRow } from '../customers/feature-lookup.ts';
import { RedisStore } from './redis-store.ts';

const HOUR_MS = 3_600_000;
/** Of each cache where there is no Redis: some 10 MB. */
const MOST_ENTRIES = 10_000;
/** A cache that is slower than this is no cache. */
const PATIENCE_MS = 250;
const CONNECT_TIMEOUT_MS = 1000;

/** What is kept for an hour. Losing it costs time, never an answer. */
export interface Cache<T> {
  /** Undefined where there is nothing, and where the cache does not answer. */
  get(key: string): Promise<T | undefined>;
  /** Does nothing where the cache does not answer. */
  set(key: string, value: T): Promise<void>;
  /** @throws AppError `cache_unavailable`: what should be forgotten may still be there. */
  forget(keys: readonly string[]): Promise<void>;
  /** @throws AppError `cache_unavailable`. */
  forgetAll(): Promise<void>;
}

export interface Caches {
  features: Cache<KeptRow>;
  stats: Cache<SegmentStats>;
  close(): void;
}

export interface CacheOptions {
  /** The queue's Redis with the prefix of its keys; null keeps everything in this process. */
  redis: { url: string; prefix: string } | null;
  log: Pick<RunLog, 'warn' | 'info'>;
}

/** Opens the caches, in Redis where there is one and in this process where not. */
export function openCaches({ redis, log }: CacheOptions): Caches {
  const client = redis === null ? null : connect(redis.url);
  const report = createReport(log);
  client?.on('error', (error: Error) => report.failed(error));
  client?.on('ready', () => report.works());
  const open = <T>(name: string): Cache<T> => {
    const store =
      client === null ? new QuickLRU({ maxSize: MOST_ENTRIES }) : new RedisStore(client);
    const namespace = `${redis?.prefix ?? 'segcast'}:cache:${name}`;
    return toCache(new Keyv({ store, namespace, ttl: HOUR_MS, throwOnErrors: true }), report);
  };
  return {
    features: open('features'),
    stats: open('stats'),
    close: () => client?.disconnect(),
  };
}

function connect(url: string): Redis {
  return new Redis(url, {
    // A request does without the cache rather than wait for it.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: PATIENCE_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
  });
}

interface Report {
  failed(error: unknown): void;
  works(): void;
}

/** A fault is logged when it begins and when it is over, not at every request between. */
function createReport(log: CacheOptions['log']): Report {
  let failing = false;
  return {
    failed: (error) => {
      if (!failing) log.warn({ err: error }, 'the cache does not answer; going on without it');
      failing = true;
    },
    works: () => {
      if (failing) log.info({}, 'the cache answers again');
      failing = false;
    },
  };
}

function toCache<T>(keyv: Keyv<T>, report: Report): Cache<T> {
  // Keyv tells its faults twice: here, and to whoever called.
  keyv.on('error', () => undefined);
  const orNothing = async <R>(work: Promise<R>): Promise<R | undefined> => {
    try {
      return await work;
    } catch (error) {
      report.failed(error);
      return undefined;
    }
  };
  const orUnavailable = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      report.failed(error);
      throw cacheUnavailable(error);
    }
  };
  return {
    get: (key) => orNothing(keyv.get<T>(key)),
    set: async (key, value) => {
      await orNothing(keyv.set(key, value));
    },
    forget: (keys) => orUnavailable(keyv.delete([...keys])),
    forgetAll: () => orUnavailable(keyv.clear()),
  };
}

function cacheUnavailable(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'cache_unavailable',
    `The cache in Redis does not answer (${reason}), so nothing was forgotten. Ask again when it does.`,
    { cause },
  );
}
