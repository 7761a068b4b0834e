import { AppError } from '@segcast/contracts';
import { type Config, loadConfig, openDatabases } from '@segcast/runtime';
import { openStore, type Store } from '@segcast/store';

/**
 * Runs a command on Segcast's own database: the given or running one, or the embedded one, started
 * for the command alone.
 *
 * @param command as a person would name it, for example `segcast models`
 */
export async function withStore<T>(
  command: string,
  work: (store: Store, config: Config, warehouseUrl: string) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const notify = (text: string) => console.error(text);
  const databases = await openDatabases(config, { command, notify });
  const store = openStore({ url: databases.databaseUrl, poolMax: 2 });
  try {
    return await work(store, config, databases.warehouseUrl);
  } catch (error) {
    throw explainMissingTables(error);
  } finally {
    await store.close();
    await databases.close();
  }
}

/** SQLSTATE of a table that is not there. */
const UNDEFINED_TABLE = '42P01';

function explainMissingTables(error: unknown): unknown {
  const isMissing = error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
  if (!isMissing) return error;
  return new AppError(
    'services_unavailable',
    'The database has no tables of this Segcast yet. Run "segcast migrate" or "npm start" first.',
    { cause: error },
  );
}
