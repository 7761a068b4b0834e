import pg from 'pg';

/**
 * Readies a new connection for reading. Set after connecting and not by the start-up packet's
 * `options`, which a connection string with options of its own would replace and which connection
 * poolers refuse.
 */
export async function applySessionSettings(
  client: pg.ClientBase,
  statementTimeoutMs: number,
): Promise<void> {
  await setAll(client, {
    default_transaction_read_only: 'on',
    default_transaction_isolation: 'read committed',
    statement_timeout: String(statementTimeoutMs),
    // A refresh waits behind a long read and every later read behind the refresh.
    lock_timeout: String(Math.ceil(statementTimeoutMs / 2)),
    synchronize_seqscans: 'off',
    standard_conforming_strings: 'on',
    extra_float_digits: '1',
    timezone: 'UTC',
    datestyle: 'ISO',
  });
  try {
    // Lets the server notice that we are gone while it sorts or filters without sending anything.
    await setAll(client, { client_connection_check_interval: '1s' });
  } catch (error) {
    // Servers before 14 and some platforms do not have it; the statement time-out remains.
    if (!(error instanceof pg.DatabaseError)) throw error;
  }
}

async function setAll(client: pg.ClientBase, settings: Record<string, string>): Promise<void> {
  const calls = Object.keys(settings).map(
    (_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`,
  );
  await client.query(`SELECT ${calls.join(', ')}`, Object.entries(settings).flat());
}
