import type { ServiceUrls } from '@segcast/runtime';
import { migrateStore } from '@segcast/store';
import { generateCustomers } from '@segcast/warehouse';
import type { BenchService } from './bench-service.ts';
import { withClient } from './bench-service.ts';

export const RELATION = 'customer_features_view';
/** The same customers on every machine and every day. */
const GENERATED = { seed: 1, relation: RELATION, asOf: '2025-06-30' };

/**
 * A database with so many generated customers and Segcast's empty tables. Customers of an earlier
 * bench are used again; runs and segments of one never are.
 */
export async function openCustomers(
  service: BenchService,
  customers: number,
  say: (text: string) => void,
): Promise<ServiceUrls> {
  const urls = await service.urlsOf(`customers_${customers}`);
  const url = urls.databaseUrl;
  if (!(await hasCustomers(url))) {
    const report = await generateCustomers(url, { customers, ...GENERATED });
    // Else the server does it by itself a minute later, beside what is measured.
    await withClient(url, (client) => client.query('VACUUM (ANALYZE)'));
    say(`${customers} customers generated in ${Math.round(report.duration_ms / 1000)} s`);
  }
  await withClient(url, async (client) => {
    await client.query(
      'DROP SCHEMA IF EXISTS segcast CASCADE; DROP SCHEMA IF EXISTS bullmq CASCADE',
    );
    await client.query('DROP SCHEMA IF EXISTS peers CASCADE; CREATE SCHEMA peers');
  });
  await migrateStore(url);
  return urls;
}

/** They are generated in one transaction, so they are all there or none is. */
async function hasCustomers(url: string): Promise<boolean> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT to_regclass($1) IS NOT NULL AS there`,
      [RELATION],
    );
    return rows[0]?.there === true;
  });
}
