import { loadConfig, openDatabases } from '@segcast/runtime';
import type { OnProgress } from '@segcast/warehouse';

import { createLoadProgress } from './output/load-progress.ts';

export interface AdminWarehouse {
  adminUrl: string;
  relation: string;
  /** Draws how far the load is. */
  onProgress: OnProgress;
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
  const progress = createLoadProgress(process.stderr);
  try {
    return await work({
      adminUrl: databases.warehouseAdminUrl,
      relation: config.warehouse.relation,
      onProgress: progress.show,
    });
  } finally {
    progress.stop();
    await databases.close();
  }
}
