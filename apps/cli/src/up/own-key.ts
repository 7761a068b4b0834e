import { createApiKey, deleteApiKey, openStore } from '@segcast/store';

/** A key for what `up` itself asks of the API. */
export interface OwnKey {
  /** A fresh key in place of the one before. */
  renew(): Promise<string>;
  /** Deletes it: nobody else has known it. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Should `up` be killed, its key is good for no longer than this. */
const LIFETIME_MS = 3_600_000;

/**
 * Makes keys in the database where the API asks for one: once there are keys, `up` needs one like
 * everybody, and whoever starts Segcast owns its database.
 */
export function createOwnKey(databaseUrl: string): OwnKey {
  const store = openStore({ url: databaseUrl, poolMax: 1 });
  let id: number | undefined;
  const drop = async () => {
    if (id !== undefined) await deleteApiKey(store, id);
    id = undefined;
  };
  return {
    async renew() {
      await drop();
      const expiresAt = new Date(Date.now() + LIFETIME_MS);
      const made = await createApiKey(store, { name: 'segcast up', role: 'write', expiresAt });
      id = made.record.id;
      return made.secret;
    },
    drop,
    async close() {
      await drop();
      await store.close();
    },
  };
}
