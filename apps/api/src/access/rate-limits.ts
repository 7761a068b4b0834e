import { AppError } from '@segcast/contracts';
import type { QueueConnection } from '@segcast/queue';
import type { RequestHandler } from 'express';
import {
  ipKeyGenerator,
  MemoryStore,
  rateLimit,
  type Options,
  type Store as Counters,
} from 'express-rate-limit';
import { callerOf } from './caller.ts';
import { openSharedCounters } from './shared-counters.ts';

export interface RateLimitOptions {
  /** Where the queue is; in Redis all processes count together, else each for itself. */
  queue: QueueConnection;
  /** Requests of one key; 0 is without limit. */
  requestsPerMinute: number;
  /** Refused keys from one address. */
  failuresPerMinute: number;
}

/** Counts the keys that were refused to an address. */
export interface FailureCounter {
  /** @throws AppError `rate_limited` when there were too many in this minute */
  count(address: string): Promise<void>;
}

export interface RateLimits {
  /** Counts the requests of each key, and tells in headers how many are left. */
  perKey: RequestHandler;
  failures: FailureCounter;
  close(): void;
}

const WINDOW_MS = 60_000;

export function createRateLimits(options: RateLimitOptions): RateLimits {
  const { queue } = options;
  const shared = queue.kind === 'redis' ? openSharedCounters(queue) : null;
  const counters = (name: string) => shared?.counters(name) ?? new MemoryStore();
  return {
    perKey: limitKeys(counters('keys'), options.requestsPerMinute),
    failures: countFailures(counters('failures'), options.failuresPerMinute),
    close: () => shared?.close(),
  };
}

function limitKeys(store: Counters, limit: number): RequestHandler {
  if (limit === 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    store,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'key',
    // The checks of the library are for those who count by address.
    validate: false,
    // An open service knows no callers.
    skip: (_request, response) => callerOf(response) === null,
    keyGenerator: (_request, response) => String(callerOf(response)?.keyId),
    handler: (_request, response, next) => {
      next(
        new AppError(
          'rate_limited',
          `Key ${callerOf(response)?.keyId ?? ''} has used up its ${limit} requests of this minute. Wait for as long as Retry-After says; RATE_LIMIT_PER_MINUTE sets the limit.`,
        ),
      );
    },
  });
}

/**
 * Only refusals count, and only refusals are refused more: whoever has a good key is let in from
 * the same address all the while.
 */
function countFailures(store: Counters, limit: number): FailureCounter {
  void store.init?.({ windowMs: WINDOW_MS } as Options);
  return {
    count: async (address) => {
      const { totalHits, resetTime } = await store.increment(ipKeyGenerator(address));
      if (totalHits <= limit) return;
      const left = (resetTime?.getTime() ?? Date.now() + WINDOW_MS) - Date.now();
      throw new AppError(
        'rate_limited',
        `More than ${limit} keys from this address were refused in this minute. Wait for as long as Retry-After says, and check the key.`,
        { retryAfter: Math.max(1, Math.ceil(left / 1000)) },
      );
    },
  };
}
