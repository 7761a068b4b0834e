import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Run } from '@segcast/contracts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { originOf, startApiProcess, type ApiProcess } from './support/api-process.ts';
import { createRunService, type RunService } from './support/run-service.ts';
import { isAlive, until } from './support/until.ts';

let service: RunService;
const children: ChildProcess[] = [];
beforeAll(async () => {
  service = await createRunService();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => service.close());

function start(env: Record<string, string> = {}): ApiProcess {
  const api = startApiProcess(service.url, env);
  children.push(api.child);
  return api;
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

it('says what is wrong with the warehouse, and serves', async () => {
  const api = start({ DWH_RELATION: 'nowhere' });
  const origin = await originOf(api);
  expect((await fetch(`${origin}/readyz`)).status).toBe(503);
  await until('it says so', () => /not ready.*nowhere/.test(api.lines.join('\n')));
});
