import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnvironment, NODE_ARGUMENTS, PROJECT_ROOT, type ServiceUrls } from '@segcast/runtime';
import { RELATION } from './customers.ts';

type Ending = [code: number | null, signal: NodeJS.Signals | null];

/** A line of an application's log. */
interface LogLine {
  msg: string;
  [fact: string]: unknown;
}

export interface AppProcess {
  pid: number;
  stop(): Promise<void>;
}

/** A worker as `npm run worker` and `segcast up` start it, once it takes jobs. */
export async function startWorker(urls: ServiceUrls): Promise<AppProcess> {
  const { app } = await start('worker', urls, ({ msg }) => msg === 'worker ready');
  return app;
}

/** An API on a free port, once it listens. */
export async function startApi(urls: ServiceUrls): Promise<AppProcess & { url: string }> {
  const { app, line } = await start('api', urls, ({ msg }) => msg.startsWith('listening on '));
  return { ...app, url: `http://127.0.0.1:${String(line['port'])}` };
}

async function start(
  name: 'worker' | 'api',
  urls: ServiceUrls,
  isReady: (line: LogLine) => boolean,
): Promise<{ app: AppProcess; line: LogLine }> {
  const env = childEnvironment(urls, {
    ...(urls.queue.kind === 'redis' ? { QUEUE_PREFIX: urls.queue.prefix } : {}),
    HOST: '127.0.0.1',
    PORT: '0',
    DWH_RELATION: RELATION,
    // Nothing fires by itself while something else is measured.
    NIGHTLY_CRON: 'off',
    LOG_FORMAT: 'json',
  });
  const script = join(PROJECT_ROOT, 'apps', name, 'bin', `${name}.mjs`);
  // These arguments, and a session of its own, as `segcast up` gives them.
  const child = spawn(process.execPath, [...NODE_ARGUMENTS[name], script], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit') as Promise<Ending>;
  const output: string[] = [];
  child.stderr!.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = exited.then(([code, signal]) => {
    throw new Error(`The ${name} ended (${signal ?? code ?? ''}) and said:\n${output.join('')}`);
  });
  // Whoever waits for it hears of an early end; later it shows as requests that fail.
  ended.catch(() => undefined);
  const line = await Promise.race([firstLine(child, output, isReady), ended]);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  return { app: { pid: child.pid!, stop }, line };
}

/** The first line of the log that fits; the rest of the log is read and thrown away. */
function firstLine(
  child: ChildProcess,
  output: string[],
  fits: (line: LogLine) => boolean,
): Promise<LogLine> {
  return new Promise((resolve) => {
    let rest = '';
    let found = false;
    child.stdout!.on('data', (chunk: Buffer) => {
      if (found) return;
      output.push(chunk.toString());
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      const line = lines.map((text) => JSON.parse(text) as LogLine).find(fits);
      if (line === undefined) return;
      found = true;
      resolve(line);
    });
  });
}
