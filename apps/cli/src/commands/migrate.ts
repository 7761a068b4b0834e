import { registerShippedModels } from '@segcast/registry';
import { loadConfig, openDatabases } from '@segcast/runtime';
import { migrateStore, openStore } from '@segcast/store';
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
  const config = loadConfig();
  const databases = await openDatabases(config, { command: 'segcast migrate', notify });
  try {
    await migrateStore(databases.databaseUrl);
    await registerModels(databases.databaseUrl, config.scoring.modelsDir);
  } finally {
    await databases.close();
  }
  console.log('The tables of Segcast are up to date.');
}

async function registerModels(url: string, modelsDir: string): Promise<void> {
  const store = openStore({ url, poolMax: 1 });
  try {
    await registerShippedModels(store, modelsDir);
  } finally {
    await store.close();
  }
}
