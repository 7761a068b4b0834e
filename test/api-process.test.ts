import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Run } from '@segcast/contracts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';
import { isAlive, until } from './support/until.ts';

const SCRIPT = join(import.meta.dirname, '../apps/api/bin/api.mjs');

let service: RunService;
const children: ChildProcess[] = [];
beforeAll(async () => {
  service = await createRunService();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => service.close());

interface Api {
  child: ChildProcess;
  lines: string[];
  /** Exit code and signal. */
  ended: Promise<[number | null, string | null]>;
}

function start(env: Record<string, string> = {}): Api {
  const child = spawn(process.execPath, [SCRIPT], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: service.url,
      DWH_RELATION: 'customers',
      QUEUE_BACKEND: 'postgres',
      LOG_FORMAT: 'json',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => lines.push(line));
  }
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, lines, ended };
}

/** Its origin, once it listens. */
async function originOf({ lines }: Api): Promise<string> {
  const find = () => /listening on (http:[^"]+)/.exec(lines.join('\n'))?.[1];
  await until(`it listens; it says: ${lines.join('\n')}`, find, 60);
  return find()!;
}

it('serves, says that models are placeholders, and lets requests finish when told to stop', async () => {
  const api = start();
  const origin = await originOf(api);
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  expect(await sendRaw(origin, 'NONSENSE\r\n\r\n')).toMatch(
    /^HTTP\/1.1 400 .*application\/problem\+json.*x-request-id: .*"code":"invalid_request"/is,
  );
  expect(api.lines.join('\n')).toContain('placeholder');

  const { id } = await service.segment();
  const waiting = fetch(`${origin}/api/loyalty/v1/segments/${id}/ml/predict/`, {
    method: 'POST',
    headers: { Prefer: 'wait=60' },
  });
  await until('the run is submitted', async () => {
    const runs = await service.sql('SELECT FROM segcast.run_segments WHERE segment_id = $1', [id]);
    return runs.length === 1;
  });
  api.child.kill('SIGTERM');
  const answer = await waiting;
  expect(answer.status).toBe(202);
  expect(((await answer.json()) as Run).status).toBe('queued');
  expect(await api.ended).toEqual([0, null]);
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
});

async function sendRaw(origin: string, text: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.write(text);
  let answer = '';
  for await (const part of socket) answer += part as string;
  return answer;
}

it('ends when the process that supervises it is gone', async () => {
  const api = start();
  await originOf(api);
  api.child.disconnect();
  expect(await api.ended).toEqual([0, null]);
  expect(isAlive(api.child.pid!)).toBe(false);
});

it('says so when its port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const api = start({ PORT: String(port) });
    expect(await api.ended).toEqual([1, null]);
    expect(api.lines.join('\n')).toContain(`cannot listen on 127.0.0.1 port ${port}`);
  } finally {
    server.close();
  }
});

it('does not serve others without protection', async () => {
  const refused = start({ HOST: '0.0.0.0' });
  expect(await refused.ended).toEqual([1, null]);
  expect(refused.lines.join('\n')).toContain('ALLOW_UNPROTECTED');

  const allowed = start({ HOST: '0.0.0.0', ALLOW_UNPROTECTED: '1' });
  const { port } = new URL(await originOf(allowed));
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});

it('says what is wrong with the warehouse, and serves', async () => {
  const api = start({ DWH_RELATION: 'nowhere' });
  const origin = await originOf(api);
  expect((await fetch(`${origin}/readyz`)).status).toBe(503);
  await until('it says so', () => /not ready.*nowhere/.test(api.lines.join('\n')));
});
