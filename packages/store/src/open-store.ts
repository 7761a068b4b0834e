import type { Knex } from 'knex';
import pg from 'pg';
import { loadKnex } from './load-knex.ts';
import { guardStore } from './store-error.ts';

export interface StoreOptions {
  url: string;
  /** Most connections at once. A shard being finished takes one for its transaction. */
  poolMax: number;
}

/** Counts stay far below 2⁵³, so an int8 arrives as a number and not as a text. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** What knex would print is thrown too, and said where it is caught. */
const SILENT = {
  debug: () => undefined,
  deprecate: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * The database of Segcast: one pool, used through knex where queries are composed and through
 * pg itself where a law wants its exact statements.
 */
export class Store {
  readonly pool: pg.Pool;
  #knex: Knex | null = null;

  constructor({ url, poolMax }: StoreOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: poolMax,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // A run after a short pause should not wait for connections to be made.
      idleTimeoutMillis: 600_000,
      // A writer that stops mid-transaction must not hold its locks for ever, nor wait for others'.
      idle_in_transaction_session_timeout: 30_000,
      lock_timeout: 30_000,
      options: '-c tcp_user_timeout=30000',
      application_name: 'segcast',
      types,
    });
    // The pool drops a connection that breaks while idle; the next query opens another. One that
    // breaks between two statements of a transaction has no other listener either.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  get knex(): Knex {
    return (this.#knex ??= loadKnex()({ client: 'pg', connectionPool: this.pool, log: SILENT }));
  }

  /**
   * The rows of one statement. With a name, which belongs to one text, each connection parses and
   * plans it only once: for what is asked all the time, and planned longer than run.
   */
  async rows<T extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    name?: string,
  ): Promise<T[]> {
    return guardStore(async () => (await this.pool.query<T>({ text, values, name })).rows);
  }

  /** Rejects with `store_unavailable` unless the database answers. */
  async ping(): Promise<void> {
    await this.rows('SELECT 1');
  }

  /** Ends the pool once the queries under way are answered. */
  async close(): Promise<void> {
    await this.pool.end();
  }
}

export function openStore(options: StoreOptions): Store {
  return new Store(options);
}
