import { AppError, columnName, type InputColumn } from '@segcast/contracts';
import { faultOfId, ID_SQL } from './customer-id.ts';
import { faultOfInput } from './input-column.ts';
import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

/** Rows of a relation without an index of its own that are looked at for doubles and nulls. */
const CHECKED_ROWS = 100_000;
const INDEXED_KINDS = ['r', 'p', 'm'];

const UNIQUE_SQL = `
SELECT 1
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = $1::oid AND a.attname = 'customer_id'
   AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL
 LIMIT 1`;

/**
 * Checks that the relation can be scored: it has one row per customer under an id, and the wanted
 * columns as numbers or booleans, or as texts where a model reads categories. Of a plain view or foreign table, which has no index of its own,
 * the first 100,000 rows are checked for doubles; a run refuses later ones when it meets them.
 *
 * @throws AppError warehouse_invalid with everything that is missing, in one message
 */
export async function checkWarehouse(
  warehouse: Warehouse,
  requiredColumns: readonly InputColumn[],
): Promise<void> {
  const relation = await readableRelation(warehouse);
  const faultyId = faultOfId(relation);
  const faults = faultyId === null ? await faultsOfKeys(warehouse, relation) : [faultyId];
  refuse(relation, [...faults, ...faultsOfColumns(relation, requiredColumns)]);
}

/**
 * The part of `checkWarehouse` that asks the catalogue alone, some milliseconds: that the relation is
 * there, may be read and has its columns. For those who ask every few seconds.
 *
 * @throws AppError warehouse_invalid with everything that is missing, in one message
 */
export async function checkCatalogue(
  warehouse: Warehouse,
  requiredColumns: readonly InputColumn[],
): Promise<void> {
  const relation = await readableRelation(warehouse);
  const faultyId = faultOfId(relation);
  refuse(relation, [
    ...(faultyId === null ? [] : [faultyId]),
    ...faultsOfColumns(relation, requiredColumns),
  ]);
}

async function readableRelation(warehouse: Warehouse): Promise<Relation> {
  warehouse.invalidate();
  const relation = await warehouse.relation();
  if (relation.readable) return relation;
  throw new AppError(
    'warehouse_invalid',
    `The role in DWH_URL may not read ${relation.label}. Grant it SELECT on the relation.`,
  );
}

function refuse(relation: Relation, faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new AppError(
    'warehouse_invalid',
    `${relation.label} cannot be scored: ${faults.join('; ')}.`,
  );
}

async function faultsOfKeys(warehouse: Warehouse, relation: Relation): Promise<string[]> {
  const indexed = INDEXED_KINDS.includes(relation.kind);
  const faults: string[] = [];
  if (indexed) {
    const unique = await warehouse.query('look for a unique index', UNIQUE_SQL, [relation.oid]);
    if (unique.length === 0) {
      faults.push(
        `customer_id has no unique index (CREATE UNIQUE INDEX ON ${relation.sql} (customer_id))`,
      );
    }
  } else if (await hasRow(warehouse, duplicateSql(relation))) {
    faults.push('some customer_id occurs twice; make the view give one row per customer');
  }
  if (await hasRow(warehouse, nullSql(relation, indexed))) {
    faults.push('some customer_id is null; leave such rows out');
  }
  return faults;
}

function duplicateSql(relation: Relation): string {
  return `SELECT 1 FROM (SELECT ${ID_SQL} FROM ${relation.sql} LIMIT ${CHECKED_ROWS}) AS sampled
           GROUP BY ${ID_SQL} HAVING count(*) > 1 LIMIT 1`;
}

function nullSql(relation: Relation, indexed: boolean): string {
  const rows = indexed
    ? relation.sql
    : `(SELECT ${ID_SQL} FROM ${relation.sql} LIMIT ${CHECKED_ROWS}) AS sampled`;
  return `SELECT 1 FROM ${rows} WHERE ${ID_SQL} IS NULL LIMIT 1`;
}

async function hasRow(warehouse: Warehouse, text: string): Promise<boolean> {
  return (await warehouse.query('check the ids of the warehouse', text)).length > 0;
}

function faultsOfColumns(relation: Relation, wanted: readonly InputColumn[]): string[] {
  const missing = wanted.map(columnName).filter((name) => !relation.columns.has(name));
  const faults = wanted
    .filter((input) => relation.columns.has(columnName(input)))
    .flatMap((input) => faultOfInput(relation, input) ?? []);
  if (missing.length > 0) {
    const s = missing.length === 1 ? '' : 's';
    faults.unshift(`it lacks the column${s} ${missing.join(', ')}, which the models read`);
  }
  return faults;
}
