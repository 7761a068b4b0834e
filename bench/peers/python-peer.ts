import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadConfig } from '@segcast/runtime';
import { libpqEnvironment } from '../service/libpq-environment.ts';
import type { PeerSummary } from './peer-summary.ts';
import type { Peer } from './peer.ts';
import { rfmNames } from './rfm-names.ts';

const SCRIPT = join(import.meta.dirname, 'score.py');
/** On the PATH may be one that was made for other things; Debian's packages belong to its own. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A Python that has psycopg2 and NumPy, or null. */
function findPython(): string | null {
  const has = (python: string): boolean =>
    spawnSync(python, ['-c', 'import psycopg2, numpy'], { stdio: 'ignore' }).status === 0;
  return PYTHONS.find(has) ?? null;
}

/**
 * The same as `openPagesPeer` in Python. Its process is started once, and reading the models and
 * connecting is not measured. Null where psycopg2 or NumPy is missing.
 */
export function openPythonPeer(databaseUrl: string, query: string, members: number): Peer | null {
  const python = findPython();
  if (python === null) return null;
  const child = spawn(python, [SCRIPT, loadConfig().scoring.modelsDir], {
    env: { ...process.env, ...libpqEnvironment(databaseUrl) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const request = JSON.stringify({ query, names: rfmNames() });
  return {
    name: 'Python',
    about:
      'The same in Python: pages by a named cursor of psycopg2, the networks as matrix products of NumPy, `execute_values`.',
    members,
    score: async () => {
      child.stdin.write(`${request}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('The Python peer ended early.');
      return JSON.parse(line.value) as PeerSummary;
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
