import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Segment } from '@segcast/contracts';
import { readRunning } from '@segcast/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type ChildOf, childrenOf } from './support/processes.ts';
import { createTestHome, type TestHome } from './support/test-home.ts';
import { isAlive, until } from './support/until.ts';

const ROOT = join(import.meta.dirname, '..');
const COMMAND = join(ROOT, 'apps/cli/bin/segcast.mjs');
/** Empty variables count as absent, and win over those of a .env file. */
const UNSET = { DATABASE_URL: '', DWH_URL: '', DWH_ADMIN_URL: '', REDIS_URL: '', HOST: '' };

let home: TestHome;
let squatter: Server;
let takenPort: number;

beforeAll(async () => {
  home = createTestHome();
  squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  takenPort = (squatter.address() as AddressInfo).port;
});

afterAll(() => {
  squatter.close();
  home.remove();
});

function start(...more: string[]) {
  return run(process.execPath, COMMAND, 'up', ...more);
}

function run(command: string, ...args: string[]) {
  const child = spawn(command, args, {
    cwd: ROOT,
    // Beside other tests a nice worker would hardly get the processor.
    env: {
      ...process.env,
      ...UNSET,
      WORKER_NICENESS: '0',
      SEGCAST_DATA_DIR: home.path,
      PORT: String(takenPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    pid: child.pid!,
    said: () => said,
    exited,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves once it says so. @throws Error with all it said when it ends before. */
    async untilSaid(text: string) {
      let ended = false;
      void exited.then(() => (ended = true));
      await until(`"${text}" is said`, () => said.includes(text) || ended, PATIENCE_S);
      if (!said.includes(text)) throw new Error(`It ended and said:\n${said}`);
    },
    apiUrl: () => /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0],
    children: () => childrenOf(child.pid!),
  };
}

type Running = ReturnType<typeof start>;

async function readSegments({ apiUrl }: Running): Promise<Segment[]> {
  const answer = await fetch(`${apiUrl()}/api/loyalty/v1/segments/`);
  return ((await answer.json()) as { results: Segment[] }).results;
}

async function untilGone(children: ChildOf[]): Promise<void> {
  await until('nothing is left', () => !children.some(({ pid }) => isAlive(pid)));
}

function find(children: ChildOf[], text: string): number {
  return children.find(({ command }) => command.includes(text))!.pid;
}

/** A test of this starts everything, on a machine that may be busy with other tests. */
const PATIENCE_S = 300;

const READY = 'Ctrl-C stops everything.';

describe('everything in one command', { timeout: 2 * PATIENCE_S * 1000 }, () => {
  let firstRuns: (string | undefined)[];

  test('starts, fills an empty warehouse, scores the example segments and ends on Ctrl-C', async () => {
    const running = start('--demo');
    await running.untilSaid(READY);
    expect(running.said()).toContain(`Port ${takenPort} is taken; the API takes`);
    expect((await fetch(`${running.apiUrl()}/readyz`)).status).toBe(200);

    const segments = await readSegments(running);
    expect(segments.map(({ id, name }) => [id, name])).toEqual([
      [1, 'High Value'],
      [2, 'At Risk'],
      [3, 'VIP'],
      [4, 'New'],
      [5, 'Everyone'],
    ]);
    for (const { name, latest_run } of segments) {
      expect(latest_run).toMatchObject({ status: 'succeeded', failed: 0 });
      expect(latest_run!.processed).toBeGreaterThan(0);
      expect(running.said()).toMatch(new RegExp(`^${name} +succeeded`, 'm'));
    }
    expect(segments[4]!.latest_run!.processed).toBe(20_000);
    expect(running.said()).toContain('placeholder');
    firstRuns = segments.map(({ latest_run }) => latest_run?.run_id);

    const second = start('--demo');
    const [code] = await second.exited;
    expect(second.said()).toContain(`already running at ${running.apiUrl()}`);
    expect(code).not.toBe(0);

    const children = running.children();
    running.kill('SIGINT');
    expect(await running.exited).toEqual([0, null]);
    expect(running.said()).toMatch(/Stopping …\n$/);
    await untilGone(children);
  });

  test('starts again with its data, scores nothing twice, and restarts a worker that is killed', async () => {
    const running = start('--demo');
    await running.untilSaid(READY);
    expect(running.said()).not.toContain('Scoring');
    expect(running.said()).toMatch(/^Everyone +succeeded/m);
    const segments = await readSegments(running);
    expect(segments.map(({ latest_run }) => latest_run?.run_id)).toEqual(firstRuns);

    process.kill(find(running.children(), 'worker.mjs'), 'SIGKILL');
    await running.untilSaid('The worker ended (killed by SIGKILL) and is started again.');
    const answer = await fetch(`${running.apiUrl()}/api/loyalty/v1/segments/3/ml/predict/`, {
      method: 'POST',
      headers: { prefer: 'wait=60' },
      body: '{"type": "rfm"}',
    });
    expect(await answer.json()).toMatchObject({ status: 'succeeded', type: 'rfm' });

    const children = running.children();
    expect(children.length).toBeGreaterThanOrEqual(3);
    running.kill('SIGKILL');
    await untilGone(children);
  });

  test('starts after that, and stops when the npm that runs it is killed', async () => {
    const npm = run('npm', 'start');
    await npm.untilSaid(READY);
    const { pid } = readRunning(home.path)!;
    const all = [{ pid, command: 'segcast up' }, ...childrenOf(pid)];
    npm.kill('SIGKILL');
    await untilGone(all);
  });

  test('starts after that too, and stops when its database is lost', async () => {
    const running = start();
    await running.untilSaid(READY);
    expect(running.said()).not.toContain('succeeded');
    const children = running.children();
    process.kill(find(children, 'postgres'), 'SIGQUIT');
    const [code] = await running.exited;
    expect(code).toBe(3);
    expect(running.said()).toContain('The embedded PostgreSQL ended unexpectedly');
    await untilGone(children);
  });
});
