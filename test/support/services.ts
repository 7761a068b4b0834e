import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { QueueConnection } from '@segcast/queue';
import { inject } from 'vitest';

import { databaseUrl, execute, TEMPLATE } from './template-database.ts';

const SHARED_ROOT = join(import.meta.dirname, '../../../shared');

export interface TestDatabase {
  url: string;
  /** Ends every session on it and removes it. */
  drop(): Promise<void>;
}

/** A fresh database in which Segcast's and BullMQ's migrations have been applied. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(TEMPLATE);
}

/** A fresh database with nothing in it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/**
 * Every queue back end of this machine: Redis under a fresh prefix where there is a Redis, and the
 * database itself, whose schema `bullmq` is as fresh as the database.
 */
export function queueConnections(url: string): QueueConnection[] {
  const redisUrl = inject('redisUrl');
  const prefix = `{test-${randomBytes(8).toString('hex')}}`;
  return [
    ...(redisUrl === null ? [] : [{ kind: 'redis', url: redisUrl, prefix } as const]),
    { kind: 'postgres', url, schema: 'bullmq' },
  ];
}

/**
 * A file of the real data beside the repository, or null with a loud message when it is not there.
 *
 * @throws Error when it is not there and `REQUIRE_SHARED=1` says that it must be.
 */
export function sharedFile(relativePath: string): string | null {
  const path = join(SHARED_ROOT, relativePath);
  if (existsSync(path)) return path;
  if (process.env.REQUIRE_SHARED === '1') throw new Error(`The real data ${path} is missing.`);
  console.warn(`SKIPPED: tests on ${path}, which is not there`);
  return null;
}
