import type { Knex } from 'knex';
import pg from 'pg';
import { segments } from './migrations/0001-segments.ts';
import { runs } from './migrations/0002-runs.ts';
import { predictions } from './migrations/0003-predictions.ts';
import { nightlyPass } from './migrations/0004-nightly-pass.ts';
import { access } from './migrations/0005-access.ts';
import { deliveries } from './migrations/0006-deliveries.ts';
import { campaigns } from './migrations/0007-campaigns.ts';
import { models } from './migrations/0008-models.ts';
import { explanations } from './migrations/0010-explanations.ts';
import { unanalysedArrays } from './migrations/0011-unanalysed-arrays.ts';
import { trainings } from './migrations/0012-trainings.ts';
import { loadKnex } from './load-knex.ts';
import { guardStore } from './store-error.ts';

interface NumberedMigration {
  name: string;
  sql: string;
}

/** In order, for ever: a migration that has shipped is never edited, only followed by another. */
const MIGRATIONS: readonly NumberedMigration[] = [
  { name: '0001-segments', sql: segments },
  { name: '0002-runs', sql: runs },
  { name: '0003-predictions', sql: predictions },
  { name: '0004-nightly-pass', sql: nightlyPass },
  { name: '0005-access', sql: access },
  { name: '0006-deliveries', sql: deliveries },
  { name: '0007-campaigns', sql: campaigns },
  { name: '0008-models', sql: models },
  { name: '0010-explanations', sql: explanations },
  { name: '0011-unanalysed-arrays', sql: unanalysedArrays },
  { name: '0012-trainings', sql: trainings },
];

const SOURCE: Knex.MigrationSource<NumberedMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ sql }) =>
    Promise.resolve({
      up: async (trx: Knex) => {
        await trx.raw(sql);
      },
      down: () => Promise.reject(new Error('Segcast migrations only go forward.')),
    }),
};

/** Any constant will do, as long as nothing else in the database takes it. */
const MIGRATION_LOCK = 7_268_440_101;

/**
 * Brings the schema `segcast` of the database at `url` up to date. Any number of processes may
 * start at once: the first one migrates, the others wait and find nothing to do.
 */
export async function migrateStore(url: string): Promise<void> {
  const lock = new pg.Client({ connectionString: url, keepAlive: true });
  await guardStore(async () => {
    try {
      await lock.connect();
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await lock.query('CREATE SCHEMA IF NOT EXISTS segcast');
      await applyMigrations(url);
    } finally {
      await lock.end();
    }
  });
}

async function applyMigrations(url: string): Promise<void> {
  const knex = loadKnex();
  const db = knex({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  const config: Knex.MigratorConfig = {
    migrationSource: SOURCE,
    tableName: 'migrations',
    schemaName: 'segcast',
  };
  try {
    // Ours is the only process here, so a lock of knex's own was left by one that was killed.
    await db.migrate.forceFreeMigrationsLock(config);
    await db.migrate.latest(config);
  } finally {
    await db.destroy();
  }
}
