import { join } from 'node:path';
import { PROJECT_ROOT } from '@segcast/runtime';
import { Argument, Command } from 'commander';
import { wholeNumber } from '../apps/cli/src/commands/parse-options.ts';
import type { Bench, BenchOptions } from './bench.ts';
import { BENCHES } from './benches/index.ts';
import { runBenches } from './run-benches.ts';

interface CommandOptions extends Omit<BenchOptions, 'peerCustomers'> {
  peerCustomers?: number;
  dataDir: string;
  results: string;
}

const names = BENCHES.map(({ name }) => name);
/** `growth` stands for all that begin with it. */
const groups = new Set(names.flatMap((name) => /^(\w+)-/.exec(name)?.[1] ?? []));
const program = new Command('npm run bench --')
  .description(`Measures Segcast on this machine:\n${listBenches()}`)
  .addArgument(
    new Argument('[benches...]', 'what to measure; all by default').choices([...names, ...groups]),
  )
  .option('--customers <count>', 'generated customers', wholeNumber(100), 1_000_000)
  .option('--runs <count>', 'counted repetitions of each measurement', wholeNumber(1), 5)
  .option('--peer-customers <count>', 'members that peers score (default: all)', wholeNumber(100))
  .option('--phases', 'also look at where the time of runs goes', false)
  .option('--data-dir <path>', 'keeps the servers and customers', inProject('.segcast/bench'))
  .option('--results <file>', 'takes the results', inProject('bench/results/latest.json'))
  .action(bench);

await program.parseAsync();

async function bench(chosen: string[], options: CommandOptions): Promise<void> {
  const { customers, runs, peerCustomers = null, phases, dataDir, results } = options;
  const benches = BENCHES.filter(
    ({ name }) => chosen.length === 0 || chosen.some((each) => isMeant(each, name)),
  );
  await runBenches(benches, {
    ...{ customers, runs, peerCustomers, phases, dataDir },
    resultsFile: results,
    commandOf: (each) => commandOf(each, options),
    say: (text) => console.log(text),
  });
}

function commandOf({ name }: Bench, { customers, runs, peerCustomers }: CommandOptions): string {
  const given = [
    customers === 1_000_000 ? '' : ` --customers ${customers}`,
    runs === 5 ? '' : ` --runs ${runs}`,
    peerCustomers === undefined || name !== 'peers' ? '' : ` --peer-customers ${peerCustomers}`,
  ];
  return `npm run bench -- ${name}${given.join('')}`;
}

function isMeant(chosen: string, name: string): boolean {
  return chosen === name || name.startsWith(`${chosen}-`);
}

function listBenches(): string {
  return BENCHES.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n');
}

function inProject(path: string): string {
  return join(PROJECT_ROOT, path);
}
