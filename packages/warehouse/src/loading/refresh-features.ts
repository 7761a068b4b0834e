import type { Client } from 'pg';
import { inLoadingTransaction, withAdmin } from './admin-session.ts';
import { asOfOrToday } from './as-of.ts';
import { findRelation, hasDependents, markAsOurs } from './ownership.ts';
import { descriptionOf } from './feature-description.ts';
import { publishDerivedFeatures, tidy } from './publish-features.ts';
import { displayed, quoted, resolveRelation, type RelationName } from './relation-name.ts';
import { readSettings } from './settings.ts';
import { prepareSchemas, SOURCE_SCHEMA } from './source-tables.ts';

export interface RefreshOptions {
  /** `customer_features_view` or another relation, as `name` or `schema.name`. */
  relation: string;
}

/** What a refresh did; keys as they are printed in JSON. */
export type RefreshReport =
  | { refreshed: true; relation: string; as_of: string; duration_ms: number }
  | { refreshed: false; relation: string; reason: string };

/**
 * Derives the features again, as of today unless the load fixed a day. Readers go on reading the
 * former features until the new ones are complete. A relation that loading did not derive from
 * transactions is left alone, and the answer says so.
 *
 * @throws AppError `import_failed` when PostgreSQL refuses it, `warehouse_unavailable` when it does
 * not answer.
 */
export async function refreshFeatures(
  adminUrl: string,
  options: RefreshOptions,
): Promise<RefreshReport> {
  const started = performance.now();
  return await withAdmin(adminUrl, async (client) => {
    const relation = await resolveRelation(client, options.relation);
    const name = displayed(relation);
    const result = await inLoadingTransaction(client, () => refresh(client, relation));
    if ('reason' in result) return { refreshed: false, relation: name, reason: result.reason };
    await tidy(client, relation);
    return {
      refreshed: true,
      relation: name,
      as_of: result.asOf,
      duration_ms: Math.round(performance.now() - started),
    };
  });
}

async function refresh(
  client: Client,
  relation: RelationName,
): Promise<{ asOf: string } | { reason: string }> {
  const name = displayed(relation);
  const existing = await findRelation(client, relation);
  const settings = await readSettings(client);
  if (existing?.ours !== true || settings?.relation !== name) {
    return { reason: `${name} was not derived by Segcast, so whoever fills it also renews it.` };
  }
  if (existing.kind !== 'MATERIALIZED VIEW') {
    return { reason: `${name} was imported ready-made; import its newer version instead.` };
  }
  if (await hasDependents(client, existing)) {
    // Slower, and the rows end up in no order; but it can be done under other people's views.
    await client.query(`REFRESH MATERIALIZED VIEW CONCURRENTLY ${quoted(relation)}`);
    await markAsOurs(client, 'MATERIALIZED VIEW', relation, descriptionOf(settings));
  } else {
    await prepareSchemas(client, relation);
    await publishDerivedFeatures(client, relation, settings, SOURCE_SCHEMA);
  }
  return { asOf: await asOfOrToday(client, settings.asOf) };
}
