import { AppError } from '@segcast/contracts';
import { Client, DatabaseError } from 'pg';

/** The advisory lock under which loads and refreshes of one database take turns. */
const LOADING_LOCK = 7_364_902_311;

/** SQLSTATE classes and codes of a server that cannot be used now: connection, login, shutdown. */
const UNAVAILABLE = /^(08|28|57P|3D000|53300)/;

/**
 * Runs `work` on an admin connection of its own, in UTC, and closes it.
 *
 * @throws AppError `warehouse_unavailable` when the server does not answer or refuses the login,
 * `import_failed` when it refuses a statement; errors of `work` itself pass through.
 */
export async function withAdmin<T>(
  adminUrl: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: adminUrl,
    application_name: 'segcast loading',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A lost connection also fails the statement in flight, and that one reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      `SET TIME ZONE 'UTC'; SET statement_timeout = 0; SET DateStyle = 'ISO, YMD'`,
    );
    return await work(client);
  } catch (error) {
    throw asLoadingError(error, `${client.host}:${client.port}/${client.database ?? ''}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs `work` in one transaction that no other load or refresh of this database overlaps. */
export async function inLoadingTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOADING_LOCK]);
    // The derivation sorts and hashes every transaction once: memory spares it temporary files.
    await client.query(`SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB'`);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function asLoadingError(error: unknown, server: string): unknown {
  if (error instanceof DatabaseError && !UNAVAILABLE.test(error.code ?? '')) {
    const detail = error.detail === undefined ? '' : ` ${error.detail}`;
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    return new AppError(
      'import_failed',
      `PostgreSQL (${server}) refused the load: ${error.message}.${detail}${hint} Nothing was changed.`,
      { cause: error },
    );
  }
  if (error instanceof DatabaseError || isConnectionError(error)) {
    return new AppError(
      'warehouse_unavailable',
      `The warehouse at ${server} cannot be used: ${(error as Error).message}. Check DWH_ADMIN_URL.`,
      { cause: error },
    );
  }
  return error;
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof AppError) return false;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENETUNREACH|ENOTFOUND|EAI_)/.test(code) ||
    /^(Connection terminated|timeout expired|Client has encountered a connection error)/.test(
      error.message,
    )
  );
}
