import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery, Run } from '@segcast/contracts';
import {
  deliver,
  dispatchDue,
  isPublicAddress,
  publicLookup,
  sweep,
  submitRun,
} from '@segcast/runs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { until } from './support/until.ts';

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

let api: ApiServer;
let receiver: Server;
let origin: string;
let received: Received[];
/** What the receiver answers; 204 when it has nothing else to say. */
let answers: ((received: Received) => number)[];

beforeAll(async () => {
  api = await startApiServer();
  await api.startWorkers();
  receiver = createServer((request, response) => {
    void readAll(request).then((body) => {
      const headers = request.headers as Record<string, string>;
      const message = { path: request.url ?? '', headers, body };
      received.push(message);
      const status = answers.shift()?.(message) ?? 204;
      response.writeHead(status, { Location: `${origin}/elsewhere` }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await api.close();
});
beforeEach(async () => {
  received = [];
  answers = [];
  await api.service.sql('DELETE FROM segcast.webhooks');
});

async function readAll(request: IncomingMessage): Promise<string> {
  const parts = (await request.toArray()) as Buffer[];
  return Buffer.concat(parts).toString();
}

async function register(body: object = {}): Promise<{ webhook_id: string; secret: string }> {
  const answer = await api.call('POST', '/webhooks/', { body: { url: `${origin}/hook`, ...body } });
  expect(answer.status).toBe(201);
  return answer.body as { webhook_id: string; secret: string };
}

async function runOnce(body: object = {}): Promise<string> {
  const { id } = await api.service.segment({ '>': [{ var: 'total_revenue' }, 4000] });
  const answer = await api.call('POST', `/segments/${id}/ml/predict/`, {
    body: { type: 'rfm', ...body },
    headers: { Prefer: 'wait=60' },
  });
  return (answer.body as Run).run_id;
}

const deliveriesOf = async (id: string) =>
  ((await api.call('GET', `/webhooks/${id}/deliveries/`)).body as { results: Delivery[] }).results;

/** What workers do when a run has been closed, and sweepers all the time. */
const dispatch = () => dispatchDue(api.service);

/** Makes what waits for its next attempt due. */
const makeDue = () =>
  api.service.sql(`UPDATE segcast.webhook_deliveries SET not_before = '-infinity'`);

describe('a registered webhook', () => {
  it('is told of the end of a run, signed by the standard', async () => {
    const { webhook_id: id, secret } = await register();
    const runId = await runOnce();
    await dispatch();
    await until('it is told', () => received.length === 1);
    const [{ headers, body }] = received as [Received];
    const message = new Webhook(secret).verify(body, headers) as Record<string, unknown>;
    expect(message).toMatchObject({
      type: 'run.succeeded',
      data: { run: { run_id: runId, status: 'succeeded' } },
    });
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    await until('it is noted', async () => (await deliveriesOf(id))[0]?.status === 'delivered');
    const [delivery] = await deliveriesOf(id);
    expect(delivery).toMatchObject({
      delivery_id: headers['webhook-id'],
      run_id: runId,
      event: 'run.succeeded',
      attempts: [{ response_status: 204, error: null }],
      next_attempt_at: null,
    });
  });

  it('is told again under the same id until it takes it, and when it is replayed', async () => {
    const { webhook_id: id } = await register();
    answers = [() => 500, () => 302];
    await runOnce();
    for (const attempt of [1, 2, 3]) {
      await makeDue();
      await dispatch();
      await until(`attempt ${attempt}`, async () => {
        const [delivery] = await deliveriesOf(id);
        return delivery?.attempts.length === attempt;
      });
    }
    const [delivery] = await deliveriesOf(id);
    expect(delivery!.status).toBe('delivered');
    expect(delivery!.attempts.map(({ response_status }) => response_status)).toEqual([
      500, 302, 204,
    ]);
    // A redirect could lead anywhere.
    expect(received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);

    const path = `/webhooks/deliveries/${delivery!.delivery_id}/replay/`;
    expect((await api.call('POST', path)).body).toMatchObject({ status: 'pending' });
    await until('it is told once more', () => received.length === 4);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('waits longer after every failure, and is given up in the end', async () => {
    const { webhook_id: id } = await register();
    answers = Array.from({ length: 9 }, () => () => 503);
    await runOnce();
    const [{ delivery_id }] = (await deliveriesOf(id)) as [Delivery];
    const waits: number[] = [];
    const job = { delivery_id, dispatch: 0 };
    for (let attempt = 1; attempt <= 9; attempt++) {
      await makeDue();
      await expect(deliver(api.service.deliverDeps, job)).rejects.toThrow('503');
      const [delivery] = await deliveriesOf(id);
      const next = delivery!.next_attempt_at;
      if (next !== null) waits.push(Date.parse(next) - Date.parse(delivery!.attempts.at(-1)!.at));
      else expect(delivery).toMatchObject({ status: 'failed' });
    }
    expect(waits).toHaveLength(8);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(5000);
    await deliver(api.service.deliverDeps, job);
    expect(received).toHaveLength(9);
    const refused = await api.call('POST', `/webhooks/deliveries/${delivery_id}/replay/`);
    expect(refused.status).toBe(202);
  });

  it('is told by the sweeper when the job was lost', async () => {
    const { webhook_id: id } = await register();
    await runOnce();
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'pending' }]);
    await sweep(api.service.sweepDeps);
    await until('it is told', () => received.length === 1);
  });

  it('is told only what it wants to know, while it is active', async () => {
    const failing = await register({ events: ['run.failed'] });
    const inactive = await register();
    await api.call('PATCH', `/webhooks/${inactive.webhook_id}/`, { body: { is_active: false } });
    await runOnce();
    expect(await deliveriesOf(failing.webhook_id)).toEqual([]);
    expect(await deliveriesOf(inactive.webhook_id)).toEqual([]);
    const cancelled = await register({ events: ['run.cancelled'] });
    // Unknown to the workers, so that it is still queued and ends at once.
    const deps = { ...api.service.submitDeps, queue: { planRun: () => Promise.resolve() } };
    const { id } = await api.service.segment();
    const { run } = await submitRun(deps, { segmentId: id, type: 'all' });
    await api.call('POST', `/ml/runs/${run.run_id}/cancel/`);
    expect(await deliveriesOf(cancelled.webhook_id)).toHaveLength(1);
  });

  it('is listed, changed and deleted, and its secret never shown again', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const { webhook_id: id } = await register({ secret, description: 'mine' });
    const listed = await api.call('GET', '/webhooks/?limit=1');
    expect(JSON.stringify(listed.body)).not.toContain('whsec_');
    expect(listed.body).toMatchObject({ results: [{ webhook_id: id, description: 'mine' }] });
    const path = `/webhooks/${id}/`;
    const changed = await api.call('PATCH', path, { body: { url: `${origin}/other` } });
    expect(changed.body).toMatchObject({ url: `${origin}/other`, description: 'mine' });
    expect((await api.call('DELETE', path)).status).toBe(204);
    const gone = { status: 404, code: 'webhook_not_found' };
    expect(problemOf(await api.call('DELETE', path))).toMatchObject(gone);
    expect(problemOf(await api.call('PATCH', path, { body: {} }))).toMatchObject(gone);
    expect(problemOf(await api.call('GET', `${path}deliveries/`))).toMatchObject(gone);
    const replay = await api.call('POST', `/webhooks/deliveries/${id}/replay/`);
    expect(problemOf(replay)).toMatchObject({ status: 404, code: 'delivery_not_found' });
  });
});

describe('a callback', () => {
  it('is told of a run that another submit started, by everybody who asked', async () => {
    const { id } = await api.service.segment({ '>': [{ var: 'total_revenue' }, 4500] });
    const submit = (path: string) =>
      api.call('POST', `/segments/${id}/ml/predict/`, {
        body: { type: 'nbo', callback_url: origin + path },
        headers: { Prefer: 'wait=60' },
      });
    await Promise.all([submit('/one'), submit('/two'), submit('/two')]);
    await dispatch();
    await until('both are told', () => received.length >= 2);
    expect(received.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
    expect(received[0]!.headers).not.toHaveProperty('webhook-signature');
  });
});

describe('what is not public', () => {
  it.each(['127.0.0.1', '10.1.2.3', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'])(
    '%s is not called',
    (address) => expect(isPublicAddress(address)).toBe(false),
  );
  it.each(['::1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '::'])(
    '%s is not called',
    (address) => expect(isPublicAddress(address)).toBe(false),
  );
  it.each(['93.184.215.14', '2606:4700::1111'])('%s is called', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it('is refused when it is written, and not called when a name leads there', async () => {
    const closed = await startApiServer({
      deps: { webhooks: { allowPrivate: false, callbackSecret: null } },
    });
    try {
      for (const host of ['127.0.0.1:9', '[::1]', 'localhost', '0x7f.1', '2130706433']) {
        const answer = await closed.call('POST', '/webhooks/', {
          body: { url: `http://${host}/` },
        });
        expect(problemOf(answer)).toMatchObject({ status: 400, errors: [{ pointer: '/url' }] });
      }
      for (const url of ['ftp://example.com/', 'https://me:secret@example.com/', 'nowhere']) {
        const answer = await closed.call('POST', '/webhooks/', { body: { url } });
        expect(problemOf(answer)).toMatchObject({ status: 400 });
      }
    } finally {
      await closed.close();
    }
    const { webhook_id: id } = await register();
    await runOnce();
    const { port } = new URL(origin);
    await api.service.sql(`UPDATE segcast.webhooks SET url = 'http://localhost:${port}/hook'`);
    const [{ delivery_id }] = (await deliveriesOf(id)) as [Delivery];
    const deps = {
      ...api.service.deliverDeps,
      webhooks: { allowPrivate: false, callbackSecret: null },
    };
    await expect(deliver(deps, { delivery_id, dispatch: 0 })).rejects.toThrow();
    expect(received).toEqual([]);
  });

  // A name can lead to one address when it is looked at and to another when it is called.
  it('is found out by the very look-up of the connection', async () => {
    const found = new Promise((resolve) => {
      publicLookup('localhost', { all: true }, (error) => resolve(error));
    });
    expect(await found).toMatchObject({ code: 'invalid_request' });
  });
});
