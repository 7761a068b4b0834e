import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueConnection } from '@segcast/queue';

const SCRIPT = join(import.meta.dirname, '../../apps/worker/bin/worker.mjs');

/** A line of the worker's log. */
export interface LogLine {
  level: number;
  msg: string;
  [fact: string]: unknown;
}

/** A worker in a process of its own, as it is deployed. */
export interface WorkerProcess {
  process: ChildProcess;
  log: LogLine[];
  /** Resolves when it takes jobs; rejects with its output when it ends before. */
  ready(): Promise<void>;
  /** Sends the signal and resolves to how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Shards so small, and sweeps so frequent, that a test sees what it wants soon. */
const SETTINGS = {
  SHARD_SIZE: '1000',
  SCORING_THREADS: '2',
  SWEEP_INTERVAL_MS: '200',
  SHARD_LEASE_MS: '3000',
  SCORING_ENGINE: 'tfjs-wasm',
  NIGHTLY_CRON: 'off',
  // Beside other tests it would hardly get the processor.
  WORKER_NICENESS: '0',
  LOG_FORMAT: 'json',
};

export function startWorkerProcess(
  databaseUrl: string,
  queue: QueueConnection,
  settings: Record<string, string> = {},
  { detached = false }: { detached?: boolean } = {},
): WorkerProcess {
  const dataDir = mkdtempSync(join(tmpdir(), 'segcast-worker-'));
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SEGCAST_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    QUEUE_BACKEND: queue.kind,
    ...(queue.kind === 'redis' ? { REDIS_URL: queue.url, QUEUE_PREFIX: queue.prefix } : {}),
    ...SETTINGS,
    ...settings,
  };
  const child = spawn(process.execPath, [SCRIPT], {
    env,
    detached,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const output: string[] = [];
  const log = readLog(child, output);
  return {
    process: child,
    log,
    ready: async () => {
      const ended = exited.then(() => {
        throw new Error(`The worker ended early and said:\n${output.join('')}`);
      });
      await Promise.race([untilLogged(child, log, 'worker ready'), ended]);
    },
    end: async (signal) => {
      child.kill(signal);
      const [code, by] = await exited;
      return { code, signal: by };
    },
  };
}

function readLog(child: ChildProcess, output: string[]): LogLine[] {
  const log: LogLine[] = [];
  let rest = '';
  child.stderr!.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stdout!.on('data', (chunk: Buffer) => {
    output.push(chunk.toString());
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) log.push(JSON.parse(line) as LogLine);
  });
  return log;
}

async function untilLogged(child: ChildProcess, log: LogLine[], text: string): Promise<void> {
  while (!log.some(({ msg }) => msg === text)) await once(child.stdout!, 'data');
}
