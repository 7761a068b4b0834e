import { generateCustomers } from '@segcast/warehouse';
import type { Command } from 'commander';

import { formatDuration, formatInteger } from '../output/format-number.ts';
import { withAdminUrl } from '../with-admin-url.ts';
import { wholeNumber } from './parse-options.ts';

interface GenerateOptions {
  customers: number;
  seed: number;
  asOf?: string;
  json: boolean;
}

/** `segcast generate`: a warehouse of drawn customers. */
export function addGenerateCommand(program: Command): void {
  program
    .command('generate')
    .description('Fill the warehouse with generated customers, drawn as an online shop has them')
    .option('-n, --customers <n>', 'how many', wholeNumber(1), 20_000)
    .option('-s, --seed <n>', 'the same seed and day give the same customers', wholeNumber(0), 1)
    .option('--as-of <date>', 'last day of the data, YYYY-MM-DD (default: today)')
    .option('--json', 'print the report as JSON', false)
    .action(generate);
}

async function generate({ customers, seed, asOf, json }: GenerateOptions): Promise<void> {
  const report = await withAdminUrl(
    'segcast generate',
    async ({ adminUrl, relation, onProgress }) => {
      const options = { customers, seed, relation, ...(asOf === undefined ? {} : { asOf }) };
      return await generateCustomers(adminUrl, { ...options, onProgress });
    },
  );
  console.log(
    json
      ? JSON.stringify(report)
      : `Generated ${formatInteger(report.customers)} customers with ` +
          `${formatInteger(report.transactions)} transactions as of ${report.as_of} ` +
          `into ${report.relation} in ${formatDuration(report.duration_ms)}.`,
  );
}
