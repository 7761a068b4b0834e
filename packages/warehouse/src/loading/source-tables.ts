import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { assertReplaceable, markAsOurs } from './ownership.ts';
import { displayed, quoted, type RelationName } from './relation-name.ts';

/** Where transactions and customers live, from which the features are derived. */
export const SOURCE_SCHEMA = 'dwh';

/**
 * Where the next tables are built, inside the loading transaction and so unseen: they and their
 * indexes move from here under the names they already have.
 */
export const NEXT_SCHEMA = 'dwh_next';

/** The same for the relation of features, which may be called like one of the tables. */
export const NEXT_FEATURES_SCHEMA = 'dwh_next_features';

export type ProfileType = 'text' | 'number' | 'boolean' | 'date';

/** A column of `dwh.customers` that the features show as it is. */
export interface ProfileColumn {
  name: string;
  type: ProfileType;
}

const SQL_TYPES: Readonly<Record<ProfileType, string>> = {
  text: 'text',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
};

/** The tables under derived features, and where their next ones come from. */
export const SOURCE_TABLES = ['transactions', 'customers'].map(
  (name) =>
    ({ kind: 'TABLE', relation: { schema: SOURCE_SCHEMA, name }, from: NEXT_SCHEMA }) as const,
);

export function sqlTypeOf(column: ProfileColumn): string {
  return SQL_TYPES[column.type];
}

/**
 * Creates empty tables of transactions and customers in `schema`.
 *
 * A line of `transactions` is a transaction, or one line of an invoice where invoices are loaded.
 */
export async function createSourceTables(
  client: Client,
  schema: string,
  profile: readonly ProfileColumn[],
): Promise<void> {
  const profileColumns = profile.map(
    (column) => `, ${escapeIdentifier(column.name)} ${sqlTypeOf(column)}`,
  );
  await client.query(`
    CREATE TABLE ${schema}.transactions (
      customer_id text NOT NULL,
      occurred_at timestamptz NOT NULL,
      amount numeric NOT NULL,
      items int NOT NULL,
      invoice text,
      product text,
      category text);
    CREATE TABLE ${schema}.customers (
      customer_id text PRIMARY KEY${profileColumns.join('')})`);
  await markAsOurs(client, 'TABLE', { schema, name: 'transactions' }, 'lines of transactions');
  await markAsOurs(client, 'TABLE', { schema, name: 'customers' }, 'profiles of customers');
}

/**
 * Readies the schemas of a load.
 *
 * @throws AppError `import_failed` when something of those names is not ours.
 */
export async function prepareSchemas(client: Client, relation: RelationName): Promise<void> {
  const tables = ['transactions', 'customers', 'settings'];
  if (relation.schema === SOURCE_SCHEMA && tables.includes(relation.name)) {
    throw new AppError(
      'import_failed',
      `${displayed(relation)} is where Segcast keeps what the features are made from. ` +
        `Give them another name (DWH_RELATION).`,
    );
  }
  await assertReplaceable(client, relation);
  for (const name of tables) await assertReplaceable(client, { schema: SOURCE_SCHEMA, name });
  // The target's own schema is never created: a misspelt name should not make a new place.
  await client.query(
    `CREATE SCHEMA IF NOT EXISTS ${SOURCE_SCHEMA};
     CREATE SCHEMA ${NEXT_SCHEMA}; CREATE SCHEMA ${NEXT_FEATURES_SCHEMA}`,
  );
}

/** Removes what `prepareSchemas` has created for the time of the load. */
export async function dropNextSchemas(client: Client): Promise<void> {
  await client.query(`DROP SCHEMA ${NEXT_SCHEMA}; DROP SCHEMA ${NEXT_FEATURES_SCHEMA}`);
}

/** Indexes the transactions by customer: the order in which they are derived from. */
export async function indexTransactions(client: Client, schema: string): Promise<void> {
  await client.query(
    `CREATE INDEX transactions_customer_id ON ${schema}.transactions (customer_id)`,
  );
}

/** Takes the profile columns of the customers loaded, by the catalogue. */
export async function readProfileColumns(client: Client, schema: string): Promise<ProfileColumn[]> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
       FROM pg_attribute a
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attname <> 'customer_id'
      ORDER BY a.attnum`,
    [quoted({ schema, name: 'customers' })],
  );
  return rows.map(({ name, type }) => ({ name, type: profileTypeOf(type) }));
}

function profileTypeOf(sqlType: string): ProfileType {
  const found = Object.entries(SQL_TYPES).find(([, candidate]) => candidate === sqlType);
  return (found?.[0] ?? 'text') as ProfileType;
}
