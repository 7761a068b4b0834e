import type { Readiness, WarehouseStatus } from '@segcast/contracts';
import {
  generateCustomers,
  openWarehouse,
  refreshFeatures,
  type Warehouse,
} from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
const opened: Warehouse[] = [];
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => {
  await api.close();
  await Promise.all(opened.map((warehouse) => warehouse.close()));
});

const status = async () => (await api.call('GET', '/dwh/status/')).body as WarehouseStatus;

/** Has the service read another relation, or another server. */
function read(options: { relation?: string; url?: string }): void {
  const warehouse = openWarehouse({ ...api.service.warehouse.options, ...options });
  opened.push(warehouse);
  api.deps.warehouse = warehouse;
}

describe('the status of the warehouse', () => {
  it('tells of a table that others fill', async () => {
    const { check, latency_ms, version, ...facts } = await status();
    const { relation } = api.service.warehouse.options;
    expect(facts).toEqual({
      relation: `public.${relation}`,
      kind: 'table',
      columns: expect.any(Number) as number,
      rows_estimate: expect.any(Number) as number,
      refreshed_at: null,
      as_of: null,
    });
    expect(check).toEqual({ status: 'up' });
    expect(latency_ms).toBeGreaterThan(0);
    expect(version).toMatch(/^\d+\/\d+$/);
  });

  it('tells when features were derived, and of which day', async () => {
    const { url } = api.service;
    const relation = 'generated_features';
    await generateCustomers(url, { customers: 1000, seed: 1, relation, asOf: '2024-06-30' });
    read({ relation });
    const before = new Date().toISOString();
    const first = await status();
    expect(first).toMatchObject({
      relation: 'public.generated_features',
      kind: 'materialized view',
      rows_estimate: 1000,
      as_of: '2024-06-30',
      check: { status: 'up' },
    });
    expect(first.refreshed_at! <= before).toBe(true);
    await refreshFeatures(url, { relation });
    const second = await status();
    expect(second.refreshed_at! >= before).toBe(true);
    expect(second.version).not.toBe(first.version);
  });

  it('tells what is wrong with one that cannot be scored', async () => {
    await api.service.sql('CREATE VIEW lame AS SELECT 1 AS customer_id, 2 AS total_revenue');
    read({ relation: 'lame' });
    const lame = await status();
    expect(lame).toMatchObject({ kind: 'view', columns: 2, check: { status: 'down' } });
    expect(lame.check.detail).toContain('lacks the column transaction_count');

    read({ relation: 'nowhere' });
    expect(await status()).toMatchObject({
      relation: 'nowhere',
      kind: null,
      version: null,
      check: { status: 'down', detail: expect.stringContaining('no relation nowhere') as string },
    });
  });

  it('tells that it does not answer', async () => {
    read({ url: 'postgres://nobody@127.0.0.1:1/none' });
    expect(await status()).toMatchObject({
      latency_ms: null,
      check: { status: 'down', detail: expect.stringContaining('ECONNREFUSED') as string },
    });
    const { status: code, body } = await api.call('GET', '//readyz');
    expect(code).toBe(503);
    expect((body as Readiness).checks.warehouse.status).toBe('down');
  });
});

describe('readiness', () => {
  // A view over a big table took seconds at every call of a load balancer.
  it('asks the catalogue and reads no row', async () => {
    await api.service.sql(`
      CREATE FUNCTION read_row() RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a row was read'; END $$;
      CREATE VIEW untouchable AS
        SELECT read_row() AS customer_id, 1.0 AS total_revenue, 1 AS transaction_count`);
    read({ relation: 'untouchable' });
    expect((await status()).check.detail).toContain('a row was read');
    expect((await api.call('GET', '//readyz')).status).toBe(200);
  });
});
