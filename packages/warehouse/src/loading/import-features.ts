import { AppError } from '@segcast/contracts';
import type { Client } from 'pg';
import { copyIn } from './copy-in.ts';
import { createFeatureTable, createStagingTable, planColumns } from './feature-table.ts';
import type { FeaturesReport } from './features-report.ts';
import type { OnProgress } from './load-progress.ts';
import { descriptionOf } from './feature-description.ts';
import { assertSameRelation, finishNextRelation } from './publish-features.ts';
import { readFeatures } from './read-features.ts';
import { displayed, type RelationName } from './relation-name.ts';
import { replaceRelations } from './replace-relations.ts';
import { runImport, type RunImportOptions } from './run-import.ts';
import { readSettings, writeSettings, type LoadSettings } from './settings.ts';
import {
  dropNextSchemas,
  NEXT_FEATURES_SCHEMA,
  prepareSchemas,
  SOURCE_TABLES,
} from './source-tables.ts';
import { createByteCounter } from './text/byte-counter.ts';
import { openRecords } from './text/open-records.ts';
import type { RejectLog } from './text/reject-log.ts';
import type { TextFormat } from './text/text-format.ts';

export interface ImportFeaturesOptions extends RunImportOptions {
  file: string;
  /** Comma-separated with a header when left out. */
  format?: TextFormat;
  /** The column with the customers' ids; the one that reads as `customer_id` when left out. */
  idColumn?: string;
  /** Texts that mean that nothing is known, besides the blank: `NA` … */
  nulls?: readonly string[];
  onProgress?: OnProgress;
}

/**
 * Imports a ready feature table, one line per customer, and infers the types of its columns. It
 * takes the place of the relation and of transactions loaded before, all or nothing.
 *
 * @throws AppError `import_failed` when the file or the target cannot be used, an id occurs twice or
 * too many lines are unreadable; `warehouse_unavailable` when the server does not answer.
 */
export function importFeatures(
  adminUrl: string,
  options: ImportFeaturesOptions,
): Promise<FeaturesReport> {
  return runImport(adminUrl, options, (client, relation, rejects) =>
    load(client, relation, options, rejects),
  );
}

async function load(
  client: Client,
  relation: RelationName,
  options: ImportFeaturesOptions,
  rejects: RejectLog,
): Promise<Omit<FeaturesReport, 'duration_ms'>> {
  const { file, onProgress } = options;
  await prepareSchemas(client, relation);
  assertSameRelation(await readSettings(client), relation);
  const onBytes = await createByteCounter([file], onProgress);
  const records = await openRecords(file, options.format ?? { kind: 'delimited' }, onBytes);
  const columns = planColumns(file, records.names, options.idColumn);
  const nulls = new Set(options.nulls);

  await createStagingTable(client, columns);
  const counts = { header: records.header, blank: 0, read: 0, loaded: 0, rejected: 0 };
  await copyIn(client, 'COPY incoming FROM STDIN', async (sink) => {
    await readFeatures(sink, { file, batches: records.batches, columns, nulls }, rejects, counts);
    if (counts.loaded > 0) return;
    throw new AppError('import_failed', `${file} has no customers to load. Nothing was changed.`);
  });
  onProgress?.({ stage: 'features', done: 0, total: null });
  await publish(client, relation, columns);
  return {
    relation: displayed(relation),
    file,
    customers: counts.loaded,
    lines: counts,
    columns: columns.map(({ source, name, inference, nulls: unknown }) => ({
      source,
      name,
      type: inference.type,
      nulls: unknown,
    })),
    rejects: rejects.shown,
  };
}

async function publish(
  client: Client,
  relation: RelationName,
  columns: Parameters<typeof createFeatureTable>[2],
): Promise<void> {
  const settings: LoadSettings = {
    origin: 'features',
    relation: displayed(relation),
    asOf: null,
    invoices: false,
    products: false,
    categories: false,
  };
  await writeSettings(client, settings);
  await createFeatureTable(client, relation.name, columns);
  await finishNextRelation(client, 'TABLE', relation.name, descriptionOf(settings));
  await replaceRelations(
    client,
    [{ kind: 'TABLE', relation, from: NEXT_FEATURES_SCHEMA }],
    SOURCE_TABLES,
  );
  await dropNextSchemas(client);
}
