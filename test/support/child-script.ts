import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface ChildScript {
  process: ChildProcess;
  /** The first JSON line that it prints. */
  said: Promise<unknown>;
}

/**
 * Runs TypeScript source in a Node of its own, as a process that a test can kill. It prints one
 * line of JSON when it is ready.
 */
export function runScript(source: string, env: NodeJS.ProcessEnv = {}): ChildScript {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx/esm', '--input-type=module', '--eval', source],
    { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { process: child, said: firstLine(child) };
}

async function firstLine(child: ChildProcess): Promise<unknown> {
  let text = '';
  child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (!text.includes('\n')) {
    const [event] = (await Promise.race([
      once(child.stdout!, 'data').then(() => ['data']),
      once(child, 'exit').then(() => ['exit']),
    ])) as [string];
    if (event === 'exit') throw new Error(`The script ended early and said: ${text}`);
  }
  return JSON.parse(text.slice(0, text.indexOf('\n')));
}
