import type { Command } from 'commander';

import { up } from '../up/up.ts';

/** `segcast up`: everything in one command. */
export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('Start the databases, the API and a worker, and stay until Ctrl-C')
    .option('--demo', 'score every segment that has no current result, and show them', false)
    .action(({ demo }: { demo: boolean }) => up(demo));
}
