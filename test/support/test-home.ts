import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serviceHome } from '@segcast/runtime';

const PREFIX = 'segcast-test-';

export interface TestHome {
  path: string;
  remove(): void;
}

/** A folder for the servers of one run; it also removes those of runs that were killed. */
export function createTestHome(): TestHome {
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o711);
  const path = serviceHome(folder);
  const remove = () => {
    process.off('exit', remove);
    for (const each of new Set([path, folder])) rmSync(each, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path, remove };
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
