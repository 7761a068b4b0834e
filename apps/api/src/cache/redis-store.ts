import type { Redis } from 'ioredis';
import type { KeyvStoreAdapter } from 'keyv';

/** Keys looked at in one step of a scan: short enough for Redis to serve others between. */
const SCAN_COUNT = 1000;

/** Keyv's storage on the project's own Redis client: its stock one would bring a second client. */
export class RedisStore implements KeyvStoreAdapter {
  readonly opts = {};
  namespace?: string;
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Faults of the connection are reported by whoever opened it; those of a call reject it. */
  on(): this {
    return this;
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return ((await this.#redis.get(key)) ?? undefined) as Value | undefined;
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    await this.#redis.set(key, value, 'PX', ttl);
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#redis.unlink(key)) > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return keys.length > 0 && (await this.#redis.unlink(...keys)) > 0;
  }

  async clear(): Promise<void> {
    const match = `${escapeGlob(this.namespace ?? '')}:*`;
    let cursor = '0';
    do {
      const [next, keys] = await this.#redis.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT);
      await this.deleteMany(keys);
      cursor = next;
    } while (cursor !== '0');
  }
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}
