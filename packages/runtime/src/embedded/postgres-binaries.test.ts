import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { findPackage, preparePostgresBinaries } from './postgres-binaries.ts';
import { canUse, serviceAccount } from './service-account.ts';
import { serviceHome } from './service-home.ts';

const account = serviceAccount();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'segcast-binaries-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The package as an install with blocked scripts leaves it: without its library links. */
function packageWithoutLinks(parent: string) {
  const { native, version } = findPackage();
  const copy = join(parent, 'native');
  cpSync(native, copy, { recursive: true, filter: (file) => !lstatSync(file).isSymbolicLink() });
  return { native: copy, version };
}

describe('the PostgreSQL of our dependencies', () => {
  test('runs from a copy with links of its own when the install made none', () => {
    const found = packageWithoutLinks(folder);
    const home = join(folder, 'home');
    const { postgres, major } = preparePostgresBinaries(account, home, found);
    expect(postgres).toBe(join(home, `postgresql-${found.version}`, 'bin', 'postgres'));
    expect(major).toBe('18');
    expect(lstatSync(join(found.native, 'lib')).isDirectory()).toBe(true);
    expect(preparePostgresBinaries(account, home, found).postgres).toBe(postgres);
    expect(readdirSync(home)).toEqual([`postgresql-${found.version}`]);
  });

  test.runIf(account)('runs from a copy when its account cannot reach the package', () => {
    const secret = join(folder, 'secret');
    mkdirSync(secret, { mode: 0o700 });
    const home = join(folder, 'home');
    const { postgres } = preparePostgresBinaries(account, home, packageWithoutLinks(secret));
    expect(canUse(account, '-x', postgres)).toBe(true);
  });
});

describe('the folder of embedded servers', () => {
  test('is the data directory itself where their account can enter it', () => {
    const dataDir = join(folder, 'data');
    expect(serviceHome(dataDir, join(folder, 'system'))).toBe(dataDir);
    expect(canUse(account, '-x', dataDir)).toBe(true);
  });

  test.runIf(account)('is outside where it cannot, and a new one after the data is deleted', () => {
    const secret = join(folder, 'secret');
    mkdirSync(secret, { mode: 0o700 });
    const dataDir = join(secret, 'data');
    const system = join(folder, 'system');
    const home = serviceHome(dataDir, system);
    expect(home.startsWith(system)).toBe(true);
    expect(canUse(account, '-x', home)).toBe(true);
    expect(serviceHome(dataDir, system)).toBe(home);
    rmSync(dataDir, { recursive: true });
    expect(serviceHome(dataDir, system)).not.toBe(home);
  });
});
