import { migrateQueue } from '@segcast/queue';
import { migrateStore } from '@segcast/store';
import pg from 'pg';

export const TEMPLATE = 'segcast_template';

/** Makes the database that every test's database is a copy of: our tables and BullMQ's. */
export async function createTemplate(adminUrl: string): Promise<void> {
  await execute(adminUrl, `CREATE DATABASE ${TEMPLATE}`);
  const url = databaseUrl(adminUrl, TEMPLATE);
  await migrateStore(url);
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
