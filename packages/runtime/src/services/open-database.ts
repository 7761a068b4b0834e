import { AppError } from '@segcast/contracts';
import pg from 'pg';

import type { Config } from '../config/config.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/postgres-server.ts';
import { serviceHome } from '../embedded/service-home.ts';

export interface OpenDatabase {
  url: string;
  /** For people: what it is and where it comes from. */
  description: string;
  server: EmbeddedPostgres | null;
}

const DATABASE = 'segcast';

/** The database of `DATABASE_URL`, else of an embedded PostgreSQL that is started. */
export async function openDatabase(config: Config): Promise<OpenDatabase> {
  if (config.databaseUrl !== null) {
    const { host, pathname } = new URL(config.databaseUrl);
    const url = config.databaseUrl;
    const version = await checkDatabase(url);
    return { url, description: `PostgreSQL ${version} at ${host}${pathname}`, server: null };
  }
  const home = serviceHome(config.dataDir);
  const server = await startEmbeddedPostgres({ home });
  try {
    await ensureDatabase(server.urlOf('postgres'));
    const version = await checkDatabase(server.urlOf(DATABASE));
    const where = home === config.dataDir ? '' : `, with its files in ${home}`;
    const description = `PostgreSQL ${version}, started here${where}`;
    return { url: server.urlOf(DATABASE), description, server };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function ensureDatabase(maintenanceUrl: string): Promise<void> {
  await withClient(maintenanceUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

/** Fails early, and by name, when the database of the user does not answer. */
async function checkDatabase(url: string): Promise<string> {
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ version: string }>(
        "SELECT split_part(current_setting('server_version'), ' ', 1) AS version",
      );
      return rows[0]!.version;
    });
  } catch (error) {
    const { host, pathname } = new URL(url);
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new AppError(
      'services_unavailable',
      `The database ${host}${pathname} does not answer (${reason}). Check DATABASE_URL, or unset ` +
        'it to have one started here.',
      { cause: error },
    );
  }
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // An error while idle is also the answer to the next query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
