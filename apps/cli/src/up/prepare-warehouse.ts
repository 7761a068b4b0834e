import { AppError } from '@segcast/contracts';
import type { Config, DatabaseUrls } from '@segcast/runtime';
import { databaseHasTables, generateCustomers, warehouseIsEmpty } from '@segcast/warehouse';

import { formatInteger } from '../output/format-number.ts';
import { createLoadProgress } from '../output/load-progress.ts';

const CUSTOMERS = 20_000;
/** The same customers on every machine. */
const SEED = 1;

/**
 * Sees to it that there is something to score: an empty warehouse is filled with generated customers
 * if it is ours. A warehouse of the user's (`DWH_URL`) is filled only for a demonstration, and only
 * if nobody keeps anything in that database.
 *
 * @returns what the warehouse is, for people.
 * @throws AppError warehouse_invalid when a warehouse of the user's has not got the relation.
 */
export async function prepareWarehouse(
  { warehouse }: Config,
  { databaseUrl, warehouseUrl, warehouseAdminUrl }: DatabaseUrls,
  demo: boolean,
): Promise<string> {
  const { relation } = warehouse;
  const own = warehouseUrl === databaseUrl;
  const where = own ? '' : ` at ${describe(warehouseUrl)}`;
  if (!(await warehouseIsEmpty(warehouseAdminUrl, relation))) return relation + where;
  if (!own && (!demo || (await databaseHasTables(warehouseAdminUrl)))) {
    throw missing(relation, describe(warehouseUrl));
  }
  console.log(`The warehouse is empty: generating ${formatInteger(CUSTOMERS)} customers.`);
  const progress = createLoadProgress(process.stdout);
  try {
    const options = { customers: CUSTOMERS, seed: SEED, relation, onProgress: progress.show };
    await generateCustomers(warehouseAdminUrl, options);
  } finally {
    progress.stop();
  }
  return `${relation}${where}, with ${formatInteger(CUSTOMERS)} generated customers`;
}

function describe(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname;
}

function missing(relation: string, where: string): AppError {
  return new AppError(
    'warehouse_invalid',
    `The warehouse ${where} has no ${relation}, and it is yours, so nothing was written to it. ` +
      'Set DWH_RELATION to the table or view that has a row per customer, or load one there with ' +
      '"npx segcast import" or "npx segcast generate".',
  );
}
