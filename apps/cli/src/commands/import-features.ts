import { formatFeaturesReport, importFeatures } from '@segcast/warehouse';
import type { Command } from 'commander';

import { withAdminUrl } from '../with-admin-url.ts';
import { addImportOptions, collect, type ImportOptions, textFormatOf } from './import-options.ts';

interface FeaturesOptions extends ImportOptions {
  id?: string;
  null?: string[];
}

/** `segcast import features FILE`: a ready table, a line per customer. */
export function addImportFeaturesCommand(parent: Command): void {
  addImportOptions(parent.command('features'))
    .description('Load a ready feature table, a line per customer; types are inferred')
    .argument('<file>')
    .option('--id <column>', "the customer's id (default: the column customer_id)")
    .option(
      '--null <text>',
      'a text that means unknown, besides the blank; repeatable',
      collect((text) => text),
    )
    .action(runImport);
}

async function runImport(file: string, options: FeaturesOptions): Promise<void> {
  const report = await withAdminUrl(
    'segcast import features',
    async ({ adminUrl, relation, onProgress }) => {
      return await importFeatures(adminUrl, {
        file,
        relation,
        format: textFormatOf(options),
        nulls: options.null ?? [],
        maxErrors: options.maxErrors,
        ...(options.id === undefined ? {} : { idColumn: options.id }),
        ...(options.rejects === undefined ? {} : { rejectsFile: options.rejects }),
        onProgress,
      });
    },
  );
  console.log(options.json ? JSON.stringify(report) : formatFeaturesReport(report));
}
