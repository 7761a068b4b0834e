import { loadConfig, openDatabases } from '@segcast/runtime';

export interface AdminWarehouse {
  adminUrl: string;
  relation: string;
}

/**
 * Runs a command that writes to the warehouse: on the given or running server, or on the embedded
 * one, started for the command alone.
 *
 * @param command as a person would name it, for example `segcast generate`
 */
export async function withAdminUrl<T>(
  command: string,
  work: (warehouse: AdminWarehouse) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const notify = (text: string) => console.error(text);
  const databases = await openDatabases(config, { command, notify });
  try {
    return await work({
      adminUrl: databases.warehouseAdminUrl,
      relation: config.warehouse.relation,
    });
  } finally {
    await databases.close();
  }
}
