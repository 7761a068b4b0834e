import { findRedis, startEmbeddedPostgres, startEmbeddedRedis } from '@segcast/runtime';
import type { TestProject } from 'vitest/node';

import { createTemplate } from './template-database.ts';
import { createTestHome } from './test-home.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the shared server's maintenance database. */
    postgresUrl: string;
    /** Null when this machine has no Redis. */
    redisUrl: string | null;
  }
}

/**
 * Starts the servers that all tests share, once per run of vitest. They stop at its end, and by
 * themselves when the run is killed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = createTestHome();
  const postgres = await startEmbeddedPostgres({ home: home.path, durable: false });
  await createTemplate(postgres.urlOf('postgres'));
  project.provide('postgresUrl', postgres.urlOf('postgres'));

  const program = findRedis();
  const redis = program && (await startEmbeddedRedis(program, { home: home.path, durable: false }));
  project.provide('redisUrl', redis?.url ?? null);
  if (!redis) console.warn('SKIPPED: every test over Redis (no redis-server 6.2+ on the PATH)');

  return async () => {
    await redis?.stop();
    await postgres.stop();
    home.remove();
  };
}
