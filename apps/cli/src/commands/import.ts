import type { Command } from 'commander';

import { addImportFeaturesCommand } from './import-features.ts';
import { addImportTransactionsCommand } from './import-transactions.ts';

/** `segcast import …`: your own customers into the warehouse. */
export function addImportCommand(program: Command): void {
  const parent = program.command('import').description('Fill the warehouse from text files');
  addImportTransactionsCommand(parent);
  addImportFeaturesCommand(parent);
}
