import {
  formatTransactionsReport,
  importTransactions,
  type LineFilters,
  type ProfileType,
  type TransactionMapping,
} from '@segcast/warehouse';
import { type Command, InvalidArgumentError } from 'commander';

import { withAdminUrl } from '../with-admin-url.ts';
import { addImportOptions, collect, type ImportOptions, textFormatOf } from './import-options.ts';

type Profile = NonNullable<TransactionMapping['profile']>[number];
type Exclusion = NonNullable<LineFilters['exclude']>[number];

interface TransactionsOptions extends ImportOptions, Omit<TransactionMapping, 'profile'> {
  profile?: Profile[];
  exclude?: Exclusion[];
  positiveOnly: boolean;
  asOf?: string;
  append: boolean;
}

const PROFILE_TYPES: readonly string[] = ['text', 'number', 'boolean', 'date'];

const EXAMPLES = `
Examples:
  Columns named otherwise, semicolons, decimal commas, only this year's data counted:
    segcast import transactions sales.csv.gz --delimiter ';' --decimal-comma \\
      --customer client --date sold_at --date-format DD/MM/YYYY --amount total --as-of 2026-06-30
  Invoice lines, without cancellations, with the customer's country as a feature:
    segcast import transactions lines.csv --customer customer_id --date d --amount amount \\
      --invoice invoice --product stock_code --exclude is_cancel=1 --positive-only --profile country
  Blanks between the cells:
    segcast import transactions log.txt --whitespace --no-header --customer 1 --date 2 --amount 4`;

/** `segcast import transactions FILE…`: features derived from purchases. */
export function addImportTransactionsCommand(parent: Command): void {
  addImportOptions(parent.command('transactions'))
    .description('Load purchases from text files, plain or gzip, and derive the features from them')
    .argument('<file...>')
    .requiredOption('--customer <column>', "the customer's id")
    .requiredOption('--date <column>', 'when it was: YYYYMMDD or ISO 8601')
    .requiredOption('--amount <column>', 'what it was worth; negative for a return')
    .option('--items <column>', 'how many items')
    .option('--invoice <column>', 'lines of an invoice are one transaction; else each line is one')
    .option('--product <column>')
    .option('--category <column>')
    .option(
      '--profile <column[:type[:name]]>',
      'a column that describes the customer: text, number, boolean or date; repeatable',
      collect(parseProfile),
    )
    .option('--date-format <format>', 'such as DD/MM/YYYY')
    .option('--decimal-comma', 'amounts are written 12,50', false)
    .option(
      '--exclude <column=value>',
      'leave out lines with this value; repeatable',
      collect(parseExclusion),
    )
    .option('--positive-only', 'leave out lines worth nothing or less', false)
    .option('--as-of <date>', 'the last day that counts, YYYY-MM-DD (default: today, every day)')
    .option('--append', 'add to what was loaded before instead of replacing it', false)
    .addHelpText('after', EXAMPLES)
    .action(runImport);
}

async function runImport(files: string[], options: TransactionsOptions): Promise<void> {
  const report = await withAdminUrl(
    'segcast import transactions',
    async ({ adminUrl, relation, onProgress }) => {
      return await importTransactions(adminUrl, {
        files,
        relation,
        format: textFormatOf(options),
        mapping: mappingOf(options),
        exclude: options.exclude ?? [],
        positiveOnly: options.positiveOnly,
        append: options.append,
        maxErrors: options.maxErrors,
        ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
        ...(options.rejects === undefined ? {} : { rejectsFile: options.rejects }),
        onProgress,
      });
    },
  );
  console.log(options.json ? JSON.stringify(report) : formatTransactionsReport(report));
}

function mappingOf(options: TransactionsOptions): TransactionMapping {
  const { customer, date, amount, items, invoice, product, category, dateFormat } = options;
  return {
    customer,
    date,
    amount,
    ...(items === undefined ? {} : { items }),
    ...(invoice === undefined ? {} : { invoice }),
    ...(product === undefined ? {} : { product }),
    ...(category === undefined ? {} : { category }),
    ...(dateFormat === undefined ? {} : { dateFormat }),
    profile: options.profile ?? [],
    decimalComma: options.decimalComma ?? false,
  };
}

function parseProfile(text: string): Profile {
  const [column = '', type = 'text', name = column] = text.split(':');
  if (column === '' || !isProfileType(type)) {
    throw new InvalidArgumentError(
      `"${text}" is not COLUMN, COLUMN:TYPE or COLUMN:TYPE:NAME with a type of ${PROFILE_TYPES.join(', ')}.`,
    );
  }
  return { column, type, name };
}

function isProfileType(type: string): type is ProfileType {
  return PROFILE_TYPES.includes(type);
}

function parseExclusion(text: string): Exclusion {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError(`"${text}" is not COLUMN=VALUE.`);
  return { column: text.slice(0, equals), value: text.slice(equals + 1) };
}
