import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { libpqEnvironment } from '../service/libpq-environment.ts';
import { drainCopy } from './drain-copy.ts';

/** Reads all rows of a COPY to nowhere, as fast as the database can send; milliseconds. */
export type Floor = (copy: string) => Promise<number>;

/** What drains the floor: psql where there is one, else a plain socket. */
export function openFloor(databaseUrl: string): { name: string; floor: Floor } {
  const { status } = spawnSync('psql', ['--version'], { stdio: 'ignore' });
  return status === 0
    ? { name: 'psql to /dev/null', floor: (copy) => drainByPsql(databaseUrl, copy) }
    : {
        name: 'a plain socket of Node.js (no psql here)',
        floor: (copy) => drainCopy(databaseUrl, copy),
      };
}

async function drainByPsql(databaseUrl: string, copy: string): Promise<number> {
  const nowhere = openSync('/dev/null', 'w');
  try {
    const started = performance.now();
    const psql = spawn('psql', ['-qXv', 'ON_ERROR_STOP=1', '-c', copy], {
      env: { ...process.env, ...libpqEnvironment(databaseUrl) },
      stdio: ['ignore', nowhere, 'inherit'],
    });
    const [code] = (await once(psql, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`psql ended with ${code ?? 'a signal'}.`);
    return performance.now() - started;
  } finally {
    closeSync(nowhere);
  }
}
