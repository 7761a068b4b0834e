import type { Client } from 'pg';
import { findRelation, markAsOurs } from './ownership.ts';
import { SOURCE_SCHEMA } from './source-tables.ts';

type Origin = 'generated' | 'transactions' | 'features';

/** What the loaded data is: the one row of `dwh.settings`. */
export interface LoadSettings {
  origin: Origin;
  /** The relation that the data feeds, as `schema.name`. */
  relation: string;
  /** The last day that counts, as `YYYY-MM-DD`; null follows the calendar (UTC). */
  asOf: string | null;
  /** Whether lines of one invoice are one transaction, and whether products, categories are known. */
  invoices: boolean;
  products: boolean;
  categories: boolean;
}

const SETTINGS = { schema: SOURCE_SCHEMA, name: 'settings' };

/** The settings of the last load, or null before the first. */
export async function readSettings(client: Client): Promise<LoadSettings | null> {
  if ((await findRelation(client, SETTINGS))?.ours !== true) return null;
  const { rows } = await client.query<LoadSettings>(
    `SELECT origin, relation, as_of::text AS "asOf", invoices, products, categories
       FROM ${SOURCE_SCHEMA}.settings`,
  );
  return rows[0] ?? null;
}

/** Keeps the settings of the load under way, in its transaction. */
export async function writeSettings(client: Client, settings: LoadSettings): Promise<void> {
  if ((await findRelation(client, SETTINGS)) === null) {
    await client.query(`
      CREATE TABLE ${SOURCE_SCHEMA}.settings (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        origin text NOT NULL,
        relation text NOT NULL,
        as_of date,
        invoices boolean NOT NULL,
        products boolean NOT NULL,
        categories boolean NOT NULL,
        loaded_at timestamptz NOT NULL)`);
    await markAsOurs(client, 'TABLE', SETTINGS, 'what was loaded, and as of which day');
  }
  await client.query(
    `INSERT INTO ${SOURCE_SCHEMA}.settings
       (origin, relation, as_of, invoices, products, categories, loaded_at)
     VALUES ($1, $2, $3, $4, $5, $6, now())
     ON CONFLICT (only_row) DO UPDATE SET
       origin = excluded.origin, relation = excluded.relation, as_of = excluded.as_of,
       invoices = excluded.invoices, products = excluded.products,
       categories = excluded.categories, loaded_at = excluded.loaded_at`,
    [
      settings.origin,
      settings.relation,
      settings.asOf,
      settings.invoices,
      settings.products,
      settings.categories,
    ],
  );
}
