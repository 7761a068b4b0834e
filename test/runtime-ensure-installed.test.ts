import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

let project: string;

/** A project whose one dependency is its own workspace, so that npm needs no network. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'segcast-install-'));
  mkdirSync(join(project, 'packages/part'), { recursive: true });
  cpSync(join(ROOT, 'scripts'), join(project, 'scripts'), { recursive: true });
  write('package.json', { name: 'whole', version: '1.0.0', workspaces: ['packages/*'] });
  write('packages/part/package.json', { name: 'part', version: '1.0.0' });
  writeLock({});
});

afterAll(() => rmSync(project, { recursive: true }));

function write(file: string, content: unknown): void {
  writeFileSync(join(project, file), JSON.stringify(content));
}

function writeLock(more: Record<string, unknown>): void {
  write('package-lock.json', {
    name: 'whole',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'whole', version: '1.0.0', workspaces: ['packages/*'] },
      'node_modules/part': { resolved: 'packages/part', link: true },
      'packages/part': { version: '1.0.0' },
      ...more,
    },
  });
}

function ensureInstalled(...nodeArguments: string[]): { status: number | null; said: string } {
  const script = join(project, 'scripts/ensure-installed.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArguments, script], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: project, npm_config_offline: 'true' },
  });
  return { status, said: stdout + stderr };
}

const isInstalled = () => existsSync(join(project, 'node_modules/part/package.json'));

describe('before a start, and before the tests,', () => {
  test('a fresh clone is installed, with one line that says so', () => {
    const { status, said } = ensureInstalled();
    expect(said).toMatch(/^Installing dependencies, since node_modules is not there\./);
    expect(status).toBe(0);
    expect(isInstalled()).toBe(true);
  });

  test('nothing is done or said when all is there', () => {
    expect(ensureInstalled()).toEqual({ status: 0, said: '' });
  });

  test('an install that was interrupted is finished', () => {
    rmSync(join(project, 'node_modules/.package-lock.json'));
    rmSync(join(project, 'node_modules/part'));
    const { status, said } = ensureInstalled();
    expect(said).toContain('the last install was not finished');
    expect(status).toBe(0);
    expect(isInstalled()).toBe(true);
  });

  test('what cannot be fetched is named, and what is there stays', () => {
    writeLock({
      'node_modules/absent': { version: '2.0.0', resolved: 'https://host.invalid/a.tgz' },
    });
    write('package.json', {
      name: 'whole',
      version: '1.0.0',
      workspaces: ['packages/*'],
      dependencies: { absent: '2.0.0' },
    });
    const lock = readFileSync(join(project, 'package-lock.json'), 'utf8');
    const { status, said } = ensureInstalled();
    expect(said).toContain('absent is missing');
    expect(said).toContain('Is the network reachable?');
    expect(status).toBe(1);
    expect(isInstalled()).toBe(true);
    expect(readFileSync(join(project, 'package-lock.json'), 'utf8')).toBe(lock);
  });

  test('an old Node is told what is needed', () => {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.1' } })";
    const { status, said } = ensureInstalled('--import', `data:text/javascript,${old}`);
    expect(said).toContain('needs Node.js 20.19 or newer, and this is 18.20.1');
    expect(status).toBe(1);
  });
});
