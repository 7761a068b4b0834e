import { withAdmin } from './admin-session.ts';

/**
 * Whether anybody keeps anything in this database, be it tables or views, in whatever schema. Where
 * nobody does, loading cannot disturb anyone.
 *
 * @throws AppError `warehouse_unavailable` when the server does not answer.
 */
export async function databaseHasTables(adminUrl: string): Promise<boolean> {
  return await withAdmin(adminUrl, async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
        LIMIT 1`,
    );
    return rowCount !== 0;
  });
}
