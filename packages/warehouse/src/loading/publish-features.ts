import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { descriptionOf } from './feature-description.ts';
import { featureQuery } from './feature-query.ts';
import { markAsOurs, type RelationKind } from './ownership.ts';
import { displayed, quoted, type RelationName } from './relation-name.ts';
import { replaceRelations } from './replace-relations.ts';
import type { LoadSettings } from './settings.ts';
import {
  dropNextSchemas,
  indexTransactions,
  NEXT_FEATURES_SCHEMA,
  NEXT_SCHEMA,
  readProfileColumns,
  SOURCE_SCHEMA,
  SOURCE_TABLES,
} from './source-tables.ts';

/**
 * Derives the features anew from the transactions, by the settings written before, and puts them in
 * the place of the former ones, together with the tables under them where the load has built new
 * ones. Built beside and swapped, since a refresh in place either blocks readers or leaves the rows
 * in no order.
 *
 * @param sources schema of the tables: the next ones, or those in use.
 */
export async function publishDerivedFeatures(
  client: Client,
  relation: RelationName,
  settings: LoadSettings,
  sources: typeof NEXT_SCHEMA | typeof SOURCE_SCHEMA,
): Promise<void> {
  const replacesSources = sources === NEXT_SCHEMA;
  if (replacesSources) await indexTransactions(client, sources);
  await client.query(`ANALYZE ${sources}.transactions`);
  const profile = (await readProfileColumns(client, sources)).map((column) => column.name);
  const query = featureQuery({ ...settings, profile, schema: sources });
  const next = quoted({ schema: NEXT_FEATURES_SCHEMA, name: relation.name });
  await client.query(`CREATE MATERIALIZED VIEW ${next} AS ${query}`);
  await finishNextRelation(client, 'MATERIALIZED VIEW', relation.name, descriptionOf(settings));
  await replaceRelations(client, [
    { kind: 'MATERIALIZED VIEW', relation, from: NEXT_FEATURES_SCHEMA },
    ...(replacesSources ? SOURCE_TABLES : []),
  ]);
  await dropNextSchemas(client);
}

/** Indexes, measures and marks the relation built in the schema of the next load. */
export async function finishNextRelation(
  client: Client,
  kind: RelationKind,
  name: string,
  description: string,
): Promise<void> {
  const next = { schema: NEXT_FEATURES_SCHEMA, name };
  const index = escapeIdentifier(`${name.slice(0, 50)}_customer_id`);
  await client.query(`CREATE UNIQUE INDEX ${index} ON ${quoted(next)} (customer_id)`);
  await client.query(`ANALYZE ${quoted(next)}`);
  await markAsOurs(client, kind, next, description);
}

/**
 * Makes sure that the tables of the last load feed no other relation, which would be left behind.
 *
 * @throws AppError `import_failed` when they do.
 */
export function assertSameRelation(settings: LoadSettings | null, relation: RelationName): void {
  if (settings === null || settings.relation === displayed(relation)) return;
  throw new AppError(
    'import_failed',
    `This database already holds the features ${settings.relation}, and a database holds one set. ` +
      `Load into ${settings.relation} (DWH_RELATION) or into another database (DWH_ADMIN_URL).`,
  );
}

/** Marks pages visible to all, so that readers need not; VACUUM works outside transactions only. */
export async function tidy(client: Client, relation: RelationName): Promise<void> {
  await client.query(`VACUUM (ANALYZE) ${quoted(relation)}`);
}
