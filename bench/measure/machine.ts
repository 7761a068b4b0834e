import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { loadConfig, PROJECT_ROOT } from '@segcast/runtime';
import type { BenchService } from '../service/bench-service.ts';
import { withClient } from '../service/bench-service.ts';

/** What a figure depends on beside the code. */
export interface MachineFacts {
  processor: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  database: string;
  queue: string;
  /** Settings of PostgreSQL that decide speed and safety, by name. */
  postgres: Record<string, string>;
  /** How a worker is set up. */
  worker: { scoringThreads: number; shardSize: number; batchSize: number };
  /** The commit measured, with a plus when files were changed since; null outside a clone. */
  commit: string | null;
}

const SHOWN = [
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'wal_level',
  'shared_buffers',
  'jit',
];

export async function readMachineFacts(service: BenchService): Promise<MachineFacts> {
  const { scoring } = loadConfig();
  const { databaseUrl } = await service.urlsOf('postgres');
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    ...service.description,
    postgres: await readPostgresSettings(databaseUrl),
    worker: {
      scoringThreads: scoring.threads,
      shardSize: scoring.shardSize,
      batchSize: scoring.batchSize,
    },
    commit: readCommit(),
  };
}

async function readPostgresSettings(url: string): Promise<Record<string, string>> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
      [SHOWN],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  });
}

function readCommit(): string | null {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return null;
  }
}
