import { AppError } from '@segcast/contracts';
import { DERIVED_COLUMNS } from './feature-query.ts';
import { assertSameRelation } from './publish-features.ts';
import { displayed, type RelationName } from './relation-name.ts';
import type { LoadSettings } from './settings.ts';
import type { TransactionMapping } from './transaction-line.ts';

const COLUMN_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Makes sure that the profile columns can stand beside the derived ones.
 *
 * @throws AppError `import_failed` otherwise.
 */
export function checkMapping({ profile = [] }: TransactionMapping): void {
  const seen = new Set<string>();
  for (const { name } of profile) {
    if (!COLUMN_NAME.test(name) || DERIVED_COLUMNS.has(name) || seen.has(name)) {
      throw new AppError(
        'import_failed',
        `"${name}" cannot be the name of a profile column. Take small letters, digits and _, and ` +
          `none of the names taken: ${[...DERIVED_COLUMNS, ...seen].join(', ')}.`,
      );
    }
    seen.add(name);
  }
}

/**
 * The settings under which transactions are imported: those of the former load where it is appended
 * to, with the as-of day if a new one is given.
 *
 * @throws AppError `import_failed` when they do not fit what was loaded before.
 */
export function settingsFor(
  options: { mapping: TransactionMapping; append?: boolean; asOf?: string },
  relation: RelationName,
  previous: LoadSettings | null,
): LoadSettings {
  assertSameRelation(previous, relation);
  const { mapping } = options;
  const settings: LoadSettings = {
    origin: 'transactions',
    relation: displayed(relation),
    asOf: options.asOf ?? null,
    invoices: mapping.invoice !== undefined,
    products: mapping.product !== undefined,
    categories: mapping.category !== undefined,
  };
  if (options.append !== true || previous === null) return settings;
  assertAppendable(settings, previous);
  return { ...settings, asOf: options.asOf ?? previous.asOf };
}

function assertAppendable(settings: LoadSettings, previous: LoadSettings): void {
  if (previous.origin !== 'transactions') {
    const what = previous.origin === 'generated' ? 'generated customers' : 'a feature table';
    throw new AppError(
      'import_failed',
      `${previous.relation} holds ${what}, to which transactions cannot be appended. ` +
        `Import them without --append to replace it.`,
    );
  }
  for (const column of ['invoices', 'products', 'categories'] as const) {
    if (settings[column] === previous[column]) continue;
    throw new AppError(
      'import_failed',
      `The transactions loaded before have ${previous[column] ? '' : 'no '}${column} and those to ` +
        `append have ${settings[column] ? 'some' : 'none'}. Map the same columns, or import ` +
        `everything anew without --append.`,
    );
  }
}
