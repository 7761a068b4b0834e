import { openWarehouse, type Warehouse, type WarehouseOptions } from '@segcast/warehouse';
import pg from 'pg';
import { createEmptyDatabase } from './services.ts';

export interface TestWarehouse {
  /** Reads the relation `customers` unless another was asked for. */
  warehouse: Warehouse;
  url: string;
  /** Another reader of the same database. */
  open(options: Partial<WarehouseOptions>): Warehouse;
  /** Runs statements as the owner, in a session of their own, and answers the last one's rows. */
  sql(text: string): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** A fresh database in which `setup` has been run. */
export async function createTestWarehouse(
  setup: string,
  options: Partial<WarehouseOptions> = {},
): Promise<TestWarehouse> {
  const database = await createEmptyDatabase();
  const opened: Warehouse[] = [];
  const open = (more: Partial<WarehouseOptions>) => {
    const defaults = { relation: 'customers', statementTimeoutMs: 60_000, poolMax: 1 };
    const warehouse = openWarehouse({ url: database.url, ...defaults, ...more });
    opened.push(warehouse);
    return warehouse;
  };
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const sql = async (text: string) => {
    const result: unknown = await owner.query({ text, rowMode: 'array' });
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryArrayResult;
    return last.rows as unknown[][];
  };
  await sql(setup);
  return {
    warehouse: open(options),
    url: database.url,
    open,
    sql,
    close: async () => {
      await Promise.all(opened.map((warehouse) => warehouse.close()));
      await owner.end();
      await database.drop();
    },
  };
}
