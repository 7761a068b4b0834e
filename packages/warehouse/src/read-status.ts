import { AppError, type InputColumn, type WarehouseStatus } from '@segcast/contracts';
import { checkWarehouse } from './check-warehouse.ts';
import { estimateMembers } from './estimate-members.ts';
import { parseDescription } from './loading/feature-description.ts';
import { readVersion } from './read-version.ts';
import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

const KINDS: Readonly<Record<string, WarehouseStatus['kind']>> = {
  r: 'table',
  p: 'partitioned table',
  m: 'materialized view',
  v: 'view',
  f: 'foreign table',
};

const UNKNOWN = {
  kind: null,
  columns: null,
  version: null,
  rows_estimate: null,
  refreshed_at: null,
  as_of: null,
  latency_ms: null,
};

/** How the warehouse stands; one that cannot be used is no error here, but what `check` tells. */
export async function readStatus(
  warehouse: Warehouse,
  requiredColumns: readonly InputColumn[],
): Promise<WarehouseStatus> {
  const unknown = { ...UNKNOWN, relation: warehouse.options.relation };
  try {
    const latency_ms = await measureLatency(warehouse);
    const check = await settle(checkWarehouse(warehouse, requiredColumns));
    const found = await describe(warehouse, await warehouse.relation()).catch(asUnusable);
    return { ...unknown, ...found, check, latency_ms };
  } catch (error) {
    return { ...unknown, check: down(error) };
  }
}

async function measureLatency(warehouse: Warehouse): Promise<number> {
  // The first query may have to connect.
  await warehouse.query('reach the warehouse', 'SELECT NULL');
  const started = performance.now();
  await warehouse.query('reach the warehouse', 'SELECT NULL');
  return Math.round((performance.now() - started) * 100) / 100;
}

async function describe(warehouse: Warehouse, relation: Relation) {
  const [[comment], version, rows] = await Promise.all([
    warehouse.query(
      `read the comment of ${relation.label}`,
      `SELECT obj_description($1::oid, 'pg_class')`,
      [relation.oid],
    ),
    readVersion(warehouse),
    estimateMembers(warehouse, relation, 'true'),
  ]);
  const { computedAt, asOf } = parseDescription(comment?.[0] ?? '');
  return {
    relation: relation.label,
    kind: KINDS[relation.kind] ?? null,
    columns: relation.columns.size,
    version,
    rows_estimate: rows,
    refreshed_at: computedAt,
    as_of: asOf,
  };
}

/** Why it cannot be described is what the check tells: no right to read it, say. */
function asUnusable(error: unknown): object {
  if (error instanceof AppError && error.code === 'warehouse_invalid') return {};
  throw error;
}

async function settle(check: Promise<void>): Promise<WarehouseStatus['check']> {
  try {
    await check;
    return { status: 'up' };
  } catch (error) {
    return down(error);
  }
}

function down(error: unknown): WarehouseStatus['check'] {
  if (error instanceof AppError) return { status: 'down', detail: error.message };
  throw error;
}
