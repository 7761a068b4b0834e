import { AppError, type ColumnType } from '@segcast/contracts';
import pg from 'pg';
import { columnTypeOf } from './column-types.ts';
import type { Cell, Warehouse } from './warehouse.ts';

export interface RelationColumn {
  name: string;
  /** `pg_type.typname`, of the type under a domain. */
  sqlType: string;
  /** Null for a type that rules and clients cannot use. */
  type: ColumnType | null;
  nullable: boolean;
  /** Digits that a numeric column is declared with; null where its scale is not within them. */
  precision: number | null;
  comment: string | null;
  /** Quoted name of a collation other than the database's default. */
  collation: string | null;
  deterministic: boolean;
}

/** The warehouse relation as the catalogue knows it. */
export interface Relation {
  oid: string;
  schema: string;
  name: string;
  /** Its name for messages. */
  label: string;
  /** Its qualified name, quoted for SQL. */
  sql: string;
  /** `pg_class.relkind`: r table, p partitioned, m materialised view, v view, f foreign table. */
  kind: string;
  /** Whether the role may read it. */
  readable: boolean;
  columns: ReadonlyMap<string, RelationColumn>;
}

const RELATION_SQL = `
SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text,
       has_table_privilege(c.oid, 'SELECT')::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass($1)`;

/** The type under a domain, which may be over another domain. */
const BASE_TYPE_SQL = `
WITH RECURSIVE base AS (
  SELECT t.oid, t.typtype, t.typbasetype, t.typname, t.typnamespace
    FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
  UNION ALL
  SELECT t.oid, t.typtype, t.typbasetype, t.typname, t.typnamespace
    FROM base JOIN pg_catalog.pg_type t ON t.oid = base.typbasetype
   WHERE base.typtype = 'd'
)
SELECT CASE WHEN typnamespace = 'pg_catalog'::regnamespace THEN typname::text
            ELSE typnamespace::regnamespace::text || '.' || typname END
  FROM base WHERE typtype <> 'd'`;

/** A numeric's type modifier is, but for an offset of 4, the precision before 16 bits of scale. */
const PRECISION_SQL = `
SELECT declared >> 16 FROM (SELECT a.atttypmod - 4) AS modifier (declared)
 WHERE a.atttypid = 'pg_catalog.numeric'::regtype AND declared >= 0
   AND declared & 65535 <= declared >> 16`;

const COLUMNS_SQL = `
SELECT a.attname::text, (${BASE_TYPE_SQL}), a.attnotnull::text, col_description(a.attrelid, a.attnum),
       CASE WHEN l.collname <> 'default' THEN format('%I.%I', n.nspname, l.collname) END,
       coalesce(l.collisdeterministic, true)::text, (${PRECISION_SQL})::text
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
 WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum`;

/**
 * Looks the relation up in the catalogue.
 * @throws AppError warehouse_invalid when there is none of that name
 */
export async function readRelation(warehouse: Warehouse): Promise<Relation> {
  const wanted = warehouse.options.relation;
  const action = `look up the relation ${wanted}`;
  const [found] = await warehouse.query(action, RELATION_SQL, [wanted]);
  if (!found) {
    throw new AppError(
      'warehouse_invalid',
      `The warehouse has no relation ${wanted}. Create it (segcast generate or segcast import), or name another in DWH_RELATION.`,
    );
  }
  const [oid, schema, name, kind, readable] = found as [string, string, string, string, string];
  const rows = await warehouse.query(action, COLUMNS_SQL, [oid]);
  const columns = rows.map(toColumn);
  return {
    oid,
    schema,
    name,
    kind,
    readable: readable === 'true',
    label: `${schema}.${name}`,
    sql: `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
    columns: new Map(columns.map((column) => [column.name, column])),
  };
}

function toColumn(row: Cell[]): RelationColumn {
  const [name, sqlType, notNull, comment, collation, deterministic, precision] = row as [
    string,
    string,
    string,
    Cell,
    Cell,
    string,
    Cell,
  ];
  return {
    name,
    sqlType,
    type: columnTypeOf(sqlType),
    nullable: notNull !== 'true',
    comment,
    collation,
    deterministic: deterministic === 'true',
    precision: precision === null ? null : Number(precision),
  };
}
