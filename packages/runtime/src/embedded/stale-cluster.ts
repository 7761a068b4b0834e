import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { commandLineOf } from '../process-table.ts';

const STOP_DEADLINE_MS = 30_000;

/**
 * Makes way after an instance that died. PostgreSQL itself takes over from a dead process, but not
 * when the system gave that process's id to another one; and a server that lost its parent may
 * still be stopping, or have been left running where nothing could tether it: it is stopped.
 */
export async function releaseStaleCluster(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isServerOf(pid, dataDir)) {
    rmSync(pidFile, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_DEADLINE_MS;
  while (isServerOf(pid, dataDir) && Date.now() < deadline) await sleep(50);
}

/** Whether the process is a PostgreSQL on this folder, by its command line. */
function isServerOf(pid: number, dataDir: string): boolean {
  return Number.isInteger(pid) && pid > 0 && (commandLineOf(pid)?.includes(dataDir) ?? false);
}
