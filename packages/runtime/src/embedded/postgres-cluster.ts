import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { AppError } from '@segcast/contracts';

import type { PostgresBinaries } from './postgres-binaries.ts';
import { makeServiceFolder } from './service-home.ts';
import { NOBODY, type ServiceAccount } from './service-account.ts';

/** Not the name of a schema of ours: PostgreSQL would look for tables there first. */
export const SUPERUSER = 'postgres';

export interface ClusterOptions {
  /** Folder of the cluster, its password and its log. */
  home: string;
  account: ServiceAccount | undefined;
  /** False skips every fsync: for tests, whose data nobody misses. */
  durable: boolean;
}

export interface Cluster {
  dataDir: string;
  password: string;
}

/**
 * The cluster in `home`, made when it is not there. It is made aside and renamed, so that an
 * interrupted start leaves nothing half made; its password is in a file that only we can read.
 *
 * @throws AppError services_unavailable when `initdb` fails, or another major version wrote it.
 */
export async function openCluster(
  binaries: PostgresBinaries,
  options: ClusterOptions,
): Promise<Cluster> {
  const dataDir = join(options.home, 'postgres');
  const passwordFile = join(options.home, 'postgres-password');
  if (!existsSync(join(dataDir, 'PG_VERSION')) || !existsSync(passwordFile)) {
    if (existsSync(dataDir)) throw incomplete(dataDir, passwordFile);
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    await initialize(binaries, options, dataDir, readFileSync(passwordFile, 'utf8'));
  }
  assertOwn(dataDir, options.account);
  const major = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (major !== binaries.major) throw wrongMajor(dataDir, major, binaries.major);
  return { dataDir, password: readFileSync(passwordFile, 'utf8') };
}

async function initialize(
  binaries: PostgresBinaries,
  { home, account, durable }: ClusterOptions,
  dataDir: string,
  password: string,
): Promise<void> {
  const unfinished = `${dataDir}.new`;
  const passwordCopy = join(home, 'initial-password');
  rmSync(unfinished, { recursive: true, force: true });
  makeServiceFolder(unfinished, account);
  writeFileSync(passwordCopy, password, { mode: 0o600 });
  if (account) chownSync(passwordCopy, account.uid, account.gid);
  try {
    await runInitdb(binaries, account, [
      ...['-D', unfinished, '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', passwordCopy],
      ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(durable ? [] : ['--no-sync']),
    ]);
    renameSync(unfinished, dataDir);
  } finally {
    rmSync(passwordCopy, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function runInitdb(
  binaries: PostgresBinaries,
  account: ServiceAccount | undefined,
  args: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { command, prefix } = initdbCommand(binaries.initdb);
    const child = spawn(command, [...prefix, ...args], {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => reject(initdbFailed(error.message)));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(initdbFailed(output.trim()));
    });
  });
}

/**
 * initdb insists on a name for its user id, which a container that runs under any id has not got.
 * A user namespace in which the same user appears as "nobody" gives it one.
 */
function initdbCommand(initdb: string): { command: string; prefix: string[] } {
  if (process.platform !== 'linux' || hasAccountName()) return { command: initdb, prefix: [] };
  const names = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  return { command: 'unshare', prefix: [...names, '--', initdb] };
}

function hasAccountName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

function initdbFailed(output: string): AppError {
  const nameless = 'Your user id has no name in /etc/passwd, and PostgreSQL wants one. ';
  return new AppError(
    'services_unavailable',
    `PostgreSQL's initdb failed: ${output}\n${hasAccountName() ? '' : nameless}` +
      'Set DATABASE_URL to use a PostgreSQL server of your own.',
  );
}

function incomplete(dataDir: string, passwordFile: string): AppError {
  return new AppError(
    'services_unavailable',
    `The database folder ${dataDir} is not complete (PG_VERSION or ${passwordFile} is missing). ` +
      'Restore it from a backup, or move it away to start with an empty database.',
  );
}

/** PostgreSQL serves only the user to whom its files belong. */
function assertOwn(dataDir: string, account: ServiceAccount | undefined): void {
  const { uid: owner } = statSync(dataDir);
  if (owner === (account?.uid ?? process.getuid?.() ?? owner)) return;
  throw new AppError(
    'services_unavailable',
    `The database folder ${dataDir} belongs to user id ${owner}, who started Segcast here before. ` +
      'Start it as the same user, or set SEGCAST_DATA_DIR to another folder.',
  );
}

function wrongMajor(dataDir: string, found: string, expected: string): AppError {
  return new AppError(
    'services_unavailable',
    `The database folder ${dataDir} was written by PostgreSQL ${found} and this Segcast brings ` +
      `${expected}. Dump it with version ${found}, move the folder away and load the dump.`,
  );
}
