import type pg from 'pg';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { guardStore } from './store-error.ts';

/**
 * Runs `work` in one READ COMMITTED transaction on one connection: each statement sees what was
 * committed before it began, which the closing of runs relies on. Rolls back when `work` throws.
 */
export function inTransaction<T>(
  store: Store,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return guardStore(async () => {
    const client = await store.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  });
}

/** What statements run on: the store, or a transaction of it. */
export interface Statements extends Pick<Store, 'rows'> {
  pool: Queryable;
}

/** A transaction's connection, to run what else runs on the store. */
export function statementsOf(client: pg.PoolClient): Statements {
  return {
    pool: client,
    rows: async <T extends pg.QueryResultRow>(text: string, values?: unknown[], name?: string) =>
      (await client.query<T>({ text, values, name })).rows,
  };
}
