import { AppError } from '@segcast/contracts';
import type { Client } from 'pg';
import { inLoadingTransaction, withAdmin } from '../admin-session.ts';
import { asOfOrToday } from '../as-of.ts';
import { copyCell, copyIn, type CopySink } from '../copy-in.ts';
import type { OnProgress } from '../load-progress.ts';
import { assertSameRelation, publishDerivedFeatures, tidy } from '../publish-features.ts';
import { displayed, resolveRelation, type RelationName } from '../relation-name.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { createSourceTables, NEXT_SCHEMA, prepareSchemas } from '../source-tables.ts';
import { createGenerator, type Generator } from './generator.ts';
import { PROFILE_COLUMNS } from './profile.ts';

export interface GenerateOptions {
  /** How many customers, 1 to 100,000,000. */
  customers: number;
  /** A whole number from 0: the same seed and as-of day give the same customers. */
  seed: number;
  /** `customer_features_view` or another relation, as `name` or `schema.name`. */
  relation: string;
  /**
   * The last day of the data, as `YYYY-MM-DD`, and of the features from then on. Without it the
   * data ends today (UTC) and the features follow the calendar.
   */
  asOf?: string;
  onProgress?: OnProgress;
}

/** What was generated; keys as they are printed in JSON. */
export interface GenerateReport {
  relation: string;
  customers: number;
  transactions: number;
  seed: number;
  as_of: string;
  duration_ms: number;
}

const MAX_CUSTOMERS = 100_000_000;
const PROGRESS_EVERY = 10_000;

/**
 * Replaces the warehouse's contents by generated customers and derives their features: see
 * `createGenerator` for how they are drawn. All or nothing; rows are streamed.
 *
 * @throws AppError `import_failed` when the relation is not ours to replace or an option is wrong,
 * `warehouse_unavailable` when the server does not answer.
 */
export async function generateCustomers(
  adminUrl: string,
  options: GenerateOptions,
): Promise<GenerateReport> {
  checkOptions(options);
  const started = performance.now();
  return await withAdmin(adminUrl, async (client) => {
    const relation = await resolveRelation(client, options.relation);
    const asOf = await asOfOrToday(client, options.asOf ?? null);
    const generator = createGenerator({ customers: options.customers, seed: options.seed, asOf });
    const transactions = await inLoadingTransaction(client, () =>
      load(client, relation, generator, options),
    );
    await tidy(client, relation);
    return {
      relation: displayed(relation),
      customers: options.customers,
      transactions,
      seed: options.seed,
      as_of: asOf,
      duration_ms: Math.round(performance.now() - started),
    };
  });
}

async function load(
  client: Client,
  relation: RelationName,
  generator: Generator,
  { asOf, onProgress, customers: total }: GenerateOptions,
): Promise<number> {
  await prepareSchemas(client, relation);
  assertSameRelation(await readSettings(client), relation);
  await createSourceTables(client, NEXT_SCHEMA, PROFILE_COLUMNS);
  const columns = ['customer_id', ...PROFILE_COLUMNS.map((column) => column.name)];
  // FREEZE: nobody else sees these tables before they are complete.
  await copyIn(
    client,
    `COPY ${NEXT_SCHEMA}.customers (${columns.join(', ')}) FROM STDIN (FREEZE)`,
    async (sink) => await copyProfiles(sink, generator),
  );
  const transactions = await copyIn(
    client,
    `COPY ${NEXT_SCHEMA}.transactions (customer_id, occurred_at, amount, items, product)
     FROM STDIN (FREEZE)`,
    async (sink) => await copyTransactions(sink, generator, total, onProgress),
  );
  onProgress?.({ stage: 'features', done: 0, total: null });
  const settings = {
    origin: 'generated' as const,
    relation: displayed(relation),
    asOf: asOf ?? null,
    invoices: false,
    products: true,
    categories: false,
  };
  await writeSettings(client, settings);
  await publishDerivedFeatures(client, relation, settings, NEXT_SCHEMA);
  return transactions;
}

async function copyProfiles(sink: CopySink, generator: Generator): Promise<void> {
  for (const { id, profile } of generator.profiles()) {
    const full = sink.add(`${id}\t${profile.map(copyCell).join('\t')}`);
    if (full) await full;
  }
}

async function copyTransactions(
  sink: CopySink,
  generator: Generator,
  total: number,
  onProgress: OnProgress | undefined,
): Promise<void> {
  let done = 0;
  for (const lines of generator.transactions()) {
    const full = sink.add(lines);
    if (full) await full;
    if (++done % PROGRESS_EVERY === 0) onProgress?.({ stage: 'customers', done, total });
  }
}

function checkOptions({ customers, seed }: GenerateOptions): void {
  if (!Number.isInteger(customers) || customers < 1 || customers > MAX_CUSTOMERS) {
    throw new AppError(
      'import_failed',
      `${customers} is not a number of customers. Give a whole number from 1 to ${MAX_CUSTOMERS}.`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new AppError(
      'import_failed',
      `${seed} is not a seed. Give a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
    );
  }
}
