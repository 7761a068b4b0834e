import { migrateQueue } from '@segcast/queue';
import { registerShippedModels } from '@segcast/registry';
import { migrateStore, openStore } from '@segcast/store';
import { join } from 'node:path';
import pg from 'pg';

export const TEMPLATE = 'segcast_template';

/** Makes the database that every test's database is a copy of: our tables with our models, and BullMQ's. */
export async function createTemplate(adminUrl: string): Promise<void> {
  await execute(adminUrl, `CREATE DATABASE ${TEMPLATE}`);
  const url = databaseUrl(adminUrl, TEMPLATE);
  await migrateStore(url);
  const store = openStore({ url, poolMax: 1 });
  await registerShippedModels(store, join(import.meta.dirname, '../../models'));
  await store.close();
  await migrateQueue({ kind: 'postgres', url, schema: 'bullmq' });
}

/** The same server's URL for another database. */
export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs one statement in a session of its own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
