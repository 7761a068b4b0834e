import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  createEmptyDatabase,
  createTestDatabase,
  queueConnections,
  sharedFile,
  type TestDatabase,
} from './support/services.ts';

let migrated: TestDatabase;
let empty: TestDatabase;

beforeAll(async () => {
  [migrated, empty] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
});

afterAll(async () => {
  await Promise.all([migrated.drop(), empty.drop()]);
});

async function schemasOf(database: TestDatabase): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ nspname: string }>(
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY nspname",
  );
  await client.end();
  return rows.map((row) => row.nspname);
}

test('a test database has the queue schema and an empty one has nothing', async () => {
  expect(await schemasOf(migrated)).toContain('bullmq');
  expect(await schemasOf(empty)).toEqual(['information_schema', 'public']);
});

test('every call has a Redis prefix of its own, and PostgreSQL is always there', () => {
  const [first, second] = [queueConnections(migrated.url), queueConnections(migrated.url)];
  expect(first.at(-1)).toEqual({ kind: 'postgres', url: migrated.url, schema: 'bullmq' });
  const prefixes = [...first, ...second].flatMap((c) => (c.kind === 'redis' ? [c.prefix] : []));
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test('real data that must be there and is not fails the test', () => {
  const before = process.env.REQUIRE_SHARED;
  process.env.REQUIRE_SHARED = '1';
  expect(() => sharedFile('no/such/file')).toThrow('no/such/file is missing');
  process.env.REQUIRE_SHARED = '0';
  expect(sharedFile('no/such/file')).toBeNull();
  if (before === undefined) delete process.env.REQUIRE_SHARED;
  else process.env.REQUIRE_SHARED = before;
});
