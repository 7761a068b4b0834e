import type { Store } from './open-store.ts';
import { guardStore } from './store-error.ts';

/** Any constant will do, as long as nothing else in the database takes it. */
const SWEEP_LOCK = 7_268_440_102;

/** Runs `work` unless another process is at it; tells whether it ran. */
export function whileOnlySweeper(store: Store, work: () => Promise<void>): Promise<boolean> {
  return guardStore(async () => {
    const client = await store.pool.connect();
    let broken = true;
    try {
      const { rows } = await client.query<{ mine: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS mine',
        [SWEEP_LOCK],
      );
      const mine = rows[0]?.mine === true;
      try {
        if (mine) await work();
      } finally {
        if (mine) await client.query('SELECT pg_advisory_unlock($1)', [SWEEP_LOCK]);
      }
      broken = false;
      return mine;
    } finally {
      // A connection that is not given back takes the lock with it.
      client.release(broken);
    }
  });
}
