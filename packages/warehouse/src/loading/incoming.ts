import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { readProfileColumns, sqlTypeOf, type ProfileColumn } from './source-tables.ts';

/** What the incoming lines say of customers and times. */
export interface IncomingCounts {
  /** Customers of whom there is any readable line. */
  customers: number;
  /** Those of them with a line that was not excluded. */
  loaded_customers: number;
  /** Lines that happened after the as-of day. */
  after_as_of: number;
  first_at: string | null;
  last_at: string | null;
}

const TRANSACTION_COLUMNS =
  'customer_id, occurred_at, amount, items, invoice, product, category' as const;

/** Creates the temporary table that takes the lines of the files, excluded ones with their customer. */
export async function createIncomingTable(
  client: Client,
  profile: readonly ProfileColumn[],
): Promise<void> {
  const columns = profile.map(
    (column) => `, ${escapeIdentifier(column.name)} ${sqlTypeOf(column)}`,
  );
  await client.query(`
    CREATE TEMP TABLE incoming (
      position bigint, excluded boolean, customer_id text, occurred_at timestamptz, amount numeric,
      items int, invoice text, product text, category text${columns.join('')}) ON COMMIT DROP`);
}

/** Adds the lines that count to the transactions and customers in `schema`. */
export async function mergeIncoming(
  client: Client,
  schema: string,
  profile: readonly ProfileColumn[],
): Promise<void> {
  // In the customers' order, in which the features are derived.
  await client.query(`
    INSERT INTO ${schema}.transactions (${TRANSACTION_COLUMNS})
    SELECT ${TRANSACTION_COLUMNS} FROM incoming WHERE NOT excluded
     ORDER BY customer_id, occurred_at, position`);
  await addProfileColumns(client, schema, profile);
  const names = profile.map((column) => escapeIdentifier(column.name));
  const latest = names.map(
    (name) => `, (array_agg(${name} ORDER BY occurred_at DESC, position DESC)
                  FILTER (WHERE ${name} IS NOT NULL))[1]`,
  );
  const updates = names.map((name) => `${name} = coalesce(excluded.${name}, known.${name})`);
  await client.query(`
    INSERT INTO ${schema}.customers AS known (${['customer_id', ...names].join(', ')})
    SELECT customer_id${latest.join('')} FROM incoming WHERE NOT excluded GROUP BY customer_id
    ON CONFLICT (customer_id) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`);
}

/** Adds the columns that customers loaded before do not have yet. */
async function addProfileColumns(
  client: Client,
  schema: string,
  profile: readonly ProfileColumn[],
): Promise<void> {
  const known = await readProfileColumns(client, schema);
  for (const column of profile) {
    const existing = known.find(({ name }) => name === column.name);
    if (existing === undefined) {
      const definition = `${escapeIdentifier(column.name)} ${sqlTypeOf(column)}`;
      await client.query(`ALTER TABLE ${schema}.customers ADD COLUMN ${definition}`);
    } else if (existing.type !== column.type) {
      throw new AppError(
        'import_failed',
        `The profile column ${column.name} was loaded as ${existing.type} and cannot be appended to ` +
          `as ${column.type}. Give it the same type, or another name.`,
      );
    }
  }
}

/** @param asOf the last day that counts, as `YYYY-MM-DD`. */
export async function countIncoming(client: Client, asOf: string): Promise<IncomingCounts> {
  const { rows } = await client.query<IncomingCounts>(
    `SELECT count(DISTINCT customer_id)::int AS customers,
            (count(DISTINCT customer_id) FILTER (WHERE NOT excluded))::int AS loaded_customers,
            (count(*) FILTER (WHERE occurred_at >= ($1::date + 1)::timestamp AT TIME ZONE 'UTC'))::int
              AS after_as_of,
            to_char(min(occurred_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_at,
            to_char(max(occurred_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_at
       FROM incoming`,
    [asOf],
  );
  return rows[0]!;
}
