import { Command, CommanderError } from 'commander';

import { addGenerateCommand } from './commands/generate.ts';
import { addImportCommand } from './commands/import.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addModelsCommand } from './commands/models.ts';
import { addPredictCommand } from './commands/predict.ts';
import { addSegmentsCommand } from './commands/segments.ts';
import { addTrainCommand } from './commands/train.ts';
import { addUpCommand } from './commands/up.ts';
import { EXIT_CODE, exitCodeOf } from './exit-code.ts';
import { describeError } from './report-error.ts';

const program = new Command('segcast')
  .description('Scores whole customer segments: churn, next best offer and RFM')
  .showHelpAfterError('(segcast --help lists the commands)')
  .exitOverride();

addUpCommand(program);
addSegmentsCommand(program);
addPredictCommand(program);
addGenerateCommand(program);
addImportCommand(program);
addModelsCommand(program);
addKeysCommand(program);
addTrainCommand(program);
addMigrateCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
  } else {
    console.error(describeError(error, process.argv.includes('--json')));
    process.exitCode = exitCodeOf(error);
  }
}
