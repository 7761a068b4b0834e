import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { featureQuery } from './feature-query.ts';
import { markAsOurs, type RelationKind } from './ownership.ts';
import { displayed, quoted, type RelationName } from './relation-name.ts';
import { replaceRelation } from './replace-relation.ts';
import { writeSettings, type LoadSettings } from './settings.ts';
import {
  indexTransactions,
  NEXT_SCHEMA,
  readProfileColumns,
  SOURCE_SCHEMA,
  SOURCE_TABLES,
} from './source-tables.ts';

/**
 * Derives the features from the transactions loaded and puts them in the place of the former ones,
 * together with the tables under them where the load has built new ones.
 *
 * @param sources schema of the tables: the next ones, or those in use when a load appends.
 */
export async function publishDerivedFeatures(
  client: Client,
  relation: RelationName,
  settings: LoadSettings,
  sources: typeof NEXT_SCHEMA | typeof SOURCE_SCHEMA,
): Promise<void> {
  await writeSettings(client, settings);
  const profile = (await readProfileColumns(client, sources)).map((column) => column.name);
  const next = quoted({ schema: NEXT_SCHEMA, name: relation.name });
  if (sources === NEXT_SCHEMA) await indexTransactions(client, sources);
  await analyze(client, quoted({ schema: sources, name: 'transactions' }));
  await client.query(
    `CREATE MATERIALIZED VIEW ${next} AS ${featureQuery({ ...settings, profile, schema: sources })}`,
  );
  await finishRelation(client, 'MATERIALIZED VIEW', relation, descriptionOf(settings));
  if (sources === NEXT_SCHEMA) {
    for (const name of SOURCE_TABLES) {
      await replaceRelation(client, 'TABLE', { schema: SOURCE_SCHEMA, name });
    }
  }
  await client.query(`DROP SCHEMA ${NEXT_SCHEMA}`);
}

/** Indexes, measures and marks the relation built in the next schema, then puts it in its place. */
export async function finishRelation(
  client: Client,
  kind: RelationKind,
  relation: RelationName,
  description: string,
): Promise<void> {
  const next = { schema: NEXT_SCHEMA, name: relation.name };
  const index = escapeIdentifier(`${relation.name.slice(0, 40)}_customer_id`);
  await client.query(`CREATE UNIQUE INDEX ${index} ON ${quoted(next)} (customer_id)`);
  await analyze(client, quoted(next));
  await markAsOurs(client, kind, next, description);
  await replaceRelation(client, kind, relation);
}

/** What the comment of the relation says, after its mark. */
export function descriptionOf(settings: LoadSettings): string {
  const asOf = settings.asOf === null ? 'as of today' : `as of ${settings.asOf}`;
  const refreshed = new Date().toISOString();
  return `features of customers, ${asOf} (${settings.origin}), computed ${refreshed}`;
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

/** Marks pages visible to all and measures columns, outside the transaction, as VACUUM demands. */
export async function tidy(client: Client, relation: RelationName): Promise<void> {
  await client.query(`VACUUM (ANALYZE) ${quoted(relation)}`);
}

async function analyze(client: Client, relation: string): Promise<void> {
  await client.query(`ANALYZE ${relation}`);
}
