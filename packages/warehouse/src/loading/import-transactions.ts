import { AppError } from '@segcast/contracts';
import type { Client } from 'pg';
import { asOfOrToday } from './as-of.ts';
import { checkMapping, settingsFor } from './append-settings.ts';
import { copyIn } from './copy-in.ts';
import {
  countIncoming,
  createIncomingTable,
  mergeIncoming,
  type IncomingCounts,
} from './incoming.ts';
import { publishDerivedFeatures } from './publish-features.ts';
import {
  readTransactions,
  type LineCounts,
  type ReadTransactionsOptions,
} from './read-transactions.ts';
import { displayed, quoted, type RelationName } from './relation-name.ts';
import { runImport, type RunImportOptions } from './run-import.ts';
import { readSettings, writeSettings } from './settings.ts';
import { createSourceTables, NEXT_SCHEMA, prepareSchemas, SOURCE_SCHEMA } from './source-tables.ts';
import type { RejectLog } from './text/reject-log.ts';
import type { TransactionsReport } from './transactions-report.ts';

export interface ImportTransactionsOptions extends ReadTransactionsOptions, RunImportOptions {
  /** The last day that counts, as `YYYY-MM-DD`; without it the features follow the calendar (UTC). */
  asOf?: string;
  /** Adds to the transactions loaded before, instead of replacing them. */
  append?: boolean;
}

/** A base whose last transaction is older than this has probably wanted an as-of day. */
const STALE_DAYS = 90;

/**
 * Imports transactions from text files and derives the features from them, all or nothing: on any
 * error the former data stay. Files are streamed.
 *
 * @throws AppError `import_failed` when a file, the mapping or the target cannot be used, or too
 * many lines are unreadable; `warehouse_unavailable` when the server does not answer.
 */
export async function importTransactions(
  adminUrl: string,
  options: ImportTransactionsOptions,
): Promise<TransactionsReport> {
  checkMapping(options.mapping);
  return runImport(adminUrl, options, (client, relation, rejects) =>
    load(client, relation, options, rejects),
  );
}

async function load(
  client: Client,
  relation: RelationName,
  options: ImportTransactionsOptions,
  rejects: RejectLog,
): Promise<Omit<TransactionsReport, 'duration_ms'>> {
  await prepareSchemas(client, relation);
  const previous = await readSettings(client);
  const settings = settingsFor(options, relation, previous);
  const asOf = await asOfOrToday(client, settings.asOf);
  const appends = options.append === true && previous !== null;
  const schema = appends ? SOURCE_SCHEMA : NEXT_SCHEMA;
  const profile = options.mapping.profile ?? [];

  await createIncomingTable(client, profile);
  const lines = await copyLines(client, options, rejects);
  if (!appends) await createSourceTables(client, schema, profile);
  await mergeIncoming(client, schema, profile);
  const incoming = await countIncoming(client, asOf);
  options.onProgress?.({ stage: 'features', done: 0, total: null });
  await writeSettings(client, settings);
  await publishDerivedFeatures(client, relation, settings, schema);
  return {
    relation: displayed(relation),
    appended: appends,
    as_of: asOf,
    as_of_fixed: settings.asOf !== null,
    files: options.files,
    lines,
    customers: {
      read: incoming.customers,
      loaded: incoming.loaded_customers,
      excluded: incoming.customers - incoming.loaded_customers,
    },
    first_transaction_at: incoming.first_at,
    last_transaction_at: incoming.last_at,
    lines_after_as_of: incoming.after_as_of,
    features: await countFeatures(client, relation),
    rejects: rejects.shown,
    warnings: warningsOf(incoming, asOf),
  };
}

async function copyLines(
  client: Client,
  options: ImportTransactionsOptions,
  rejects: RejectLog,
): Promise<LineCounts> {
  let counts: LineCounts | undefined;
  await copyIn(client, 'COPY incoming FROM STDIN', async (sink) => {
    counts = await readTransactions(sink, options, rejects);
    if (counts.loaded > 0) return;
    throw new AppError(
      'import_failed',
      `${options.files.join(', ')}: of ${counts.read} lines none is a transaction to load. ` +
        `Check the mapping and what is excluded. Nothing was changed.`,
    );
  });
  return counts!;
}

async function countFeatures(
  client: Client,
  relation: RelationName,
): Promise<TransactionsReport['features']> {
  const { rows } = await client.query<TransactionsReport['features']>(
    `SELECT count(*)::int AS customers, coalesce(sum(transaction_count), 0)::int AS transactions
       FROM ${quoted(relation)}`,
  );
  return rows[0]!;
}

function warningsOf(incoming: IncomingCounts, asOf: string): string[] {
  const last = incoming.last_at?.slice(0, 10) ?? asOf;
  const age = (Date.parse(asOf) - Date.parse(last)) / 86_400_000;
  if (age <= STALE_DAYS) return [];
  return [
    `The last transaction (${last}) is ${age} days before ${asOf}, so every customer looks lost. ` +
      `To see them as they were, fix the day: --as-of ${last}`,
  ];
}
