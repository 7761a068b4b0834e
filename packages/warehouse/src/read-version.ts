import pg from 'pg';
import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * The expression that names the state of the warehouse: `versionSql`, else the relation's oid and
 * filenode, which changes with every refresh of a materialised view and rewrite of a table (a plain
 * view has none).
 */
export function versionExpression(warehouse: Warehouse, relation: Relation): string {
  const own = warehouse.options.versionSql?.trim().replace(/;$/, '');
  if (own) return `coalesce((${own})::text, '')`;
  const oid = `${pg.escapeLiteral(relation.sql)}::regclass::oid`;
  return `concat(${oid}, '/', pg_relation_filenode(${oid}))`;
}

/** The warehouse's version: equal texts mean that its data have not been replaced in between. */
export async function readVersion(warehouse: Warehouse): Promise<string> {
  const relation = await warehouse.relation();
  const [row] = await warehouse.query(
    `read the version of ${relation.label}`,
    `SELECT ${versionExpression(warehouse, relation)}`,
  );
  return row?.[0] ?? '';
}
