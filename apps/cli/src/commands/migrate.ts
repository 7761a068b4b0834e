import { loadConfig, openDatabases } from '@segcast/runtime';
import { migrateStore } from '@segcast/store';
import type { Command } from 'commander';

/** `segcast migrate`: brings the tables of Segcast up to date; for servers that `up` does not start. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Create or update the tables of Segcast in DATABASE_URL')
    .action(migrate);
}

async function migrate(): Promise<void> {
  const notify = (text: string) => console.error(text);
  const databases = await openDatabases(loadConfig(), { command: 'segcast migrate', notify });
  try {
    await migrateStore(databases.databaseUrl);
  } finally {
    await databases.close();
  }
  console.log('The tables of Segcast are up to date.');
}
