import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until.ts';

const SCRIPT = join(import.meta.dirname, '../../apps/api/bin/api.mjs');

export interface ApiProcess {
  child: ChildProcess;
  /** What it has said, line by line. */
  lines: string[];
  /** Exit code and signal. */
  ended: Promise<[number | null, string | null]>;
}

/** The API as its own process on a database, on a free port; end it by its `child`. */
export function startApiProcess(url: string, env: Record<string, string> = {}): ApiProcess {
  const child = spawn(process.execPath, [SCRIPT], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      DWH_RELATION: 'customers',
      QUEUE_BACKEND: 'postgres',
      LOG_FORMAT: 'json',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => lines.push(line));
  }
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, lines, ended };
}

/** Where it listens, once it does. */
export async function originOf({ lines }: ApiProcess): Promise<string> {
  const find = () => /listening on (http:[^"]+)/.exec(lines.join('\n'))?.[1];
  await until(`it listens; it says: ${lines.join('\n')}`, find, 60);
  return find()!;
}
