import { API_PREFIX, type Role } from '@segcast/contracts';
import { planShards, submitRun } from '@segcast/runs';
import { createApiKey } from '@segcast/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiDocument, type ApiDocument, type Operation } from './support/api-document.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { registerVersion } from './support/model-versions.ts';

/** Every operation that the HTTP contract promises, below the prefix. */
const PROMISED = `
  GET POST /segments/
  GET PATCH DELETE /segments/{id}/
  POST /segments/preview/
  POST /segments/{id}/recalculate/
  POST /segments/{id}/calculate/
  GET /segments/{id}/members/
  POST /segments/{id}/ml/predict/
  GET /segments/{id}/ml/stats/
  GET /segments/{id}/ml/trends/
  GET /segments/{id}/ml/drivers/
  GET /ml/stats/
  GET /ml/runs/
  GET /ml/runs/{run_id}/
  GET /ml/runs/{run_id}/events/
  POST /ml/runs/{run_id}/cancel/
  GET /ml/runs/{run_id}/results/
  GET /ml/runs/{run_id}/errors/
  POST /customers/{customer_id}/ml/predict/
  POST /customers/ml/predict/
  GET /customers/{customer_id}/segments/
  GET DELETE /customers/{customer_id}/predictions/
  POST /config/ml/test/
  POST /ml/runs/{run_id}/audiences/
  GET /audiences/
  GET DELETE /audiences/{audience_id}/
  GET /audiences/{audience_id}/members/
  GET /audiences/{audience_id}/diff/{other_id}/
  GET /dwh/columns/
  GET /dwh/features/{customer_id}/
  POST /dwh/cache/invalidate/
  GET /dwh/status/
  GET /ml/models/
  GET /ml/models/{name}/
  POST /ml/models/{name}/train/
  POST /ml/models/{name}/activate/
  GET /ml/models/{name}/compare/
  POST /ml/models/{name}/rollback/
  GET /ml/status/
  GET POST /keys/
  DELETE /keys/{key_id}/
  GET POST /webhooks/
  PATCH DELETE /webhooks/{webhook_id}/
  GET /webhooks/{webhook_id}/deliveries/
  POST /webhooks/deliveries/{delivery_id}/replay/
  GET /offers/
  PUT /offers/{offer_id}/
  GET /schedules/
  PUT /schedules/nightly/
  POST /schedules/nightly/run/`
  .trim()
  .split('\n')
  .flatMap((line) => {
    const words = line.trim().split(' ');
    return words.slice(0, -1).map((method) => `${method} ${API_PREFIX}${words.at(-1) ?? ''}`);
  })
  .concat(
    ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/errors', '/'].map(
      (path) => `GET ${path}`,
    ),
  );

const EXAMPLE_VERSION = 'cdnow-2026-01-05';
const NO_UUID = '0199f0a0-0000-7000-8000-000000000000';

/** Ids of nothing. */
const UNKNOWN: Record<string, string> = {
  id: '2000000000',
  run_id: NO_UUID,
  customer_id: 'nobody',
  audience_id: NO_UUID,
  other_id: NO_UUID,
  name: 'rfm',
  key_id: '2000000000',
  offer_id: 'offer_99',
  webhook_id: NO_UUID,
  delivery_id: NO_UUID,
};

interface Call {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

let api: ApiServer;
let document: ApiDocument;
let known: Record<string, string>;
const secrets = {} as Record<Role, string>;

beforeAll(async () => {
  api = await startApiServer();
  for (const role of ['read', 'write', 'admin'] as const) {
    const key = await createApiKey(api.service.store, { name: role, role, expiresAt: null });
    secrets[role] = key.secret;
  }
  const answer = await ask('GET', '/openapi.json');
  document = readApiDocument(await answer.json());
  known = await makeThings();
});
afterAll(() => api.close());

function ask(method: string, path: string, call: Call = {}, role: Role | null = 'admin') {
  const { query = '', body, headers } = call;
  return fetch(api.origin + path + query, {
    method,
    redirect: 'manual',
    headers: { ...(role && { Authorization: `Bearer ${secrets[role]}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Calls an operation: without more said, on the things made here, with the documented example. */
function callOperation(operation: Operation, call: Call = {}, role: Role | null = 'admin') {
  const ids = { ...known, ...call.params };
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`${operation.name}: nothing is known as ${name}.`);
    return encodeURIComponent(id);
  });
  const body = 'body' in call ? call.body : exampleBody(operation);
  return ask(operation.method, path, { ...call, body }, role);
}

function exampleBody({ described }: Operation): unknown {
  return described.requestBody?.content?.['application/json']?.example;
}

async function make(path: string, body: object, id: string): Promise<string> {
  const answer = await ask('POST', API_PREFIX + path, { body });
  return String(((await answer.json()) as Record<string, unknown>)[id]);
}

const makeSegment = () => make('/segments/', { name: `${Math.random()}` }, 'id');
const makeKey = () => make('/keys/', { name: 'Made', role: 'read' }, 'key_id');
const makeWebhook = () => make('/webhooks/', { url: 'https://example.com/hook' }, 'webhook_id');
const makeAudience = () =>
  make(`/ml/runs/${known['run_id']!}/audiences/`, { name: `${Math.random()}` }, 'audience_id');

/** One thing of each kind, with a finished run that explains and that a webhook was told of. */
async function makeThings(): Promise<Record<string, string>> {
  const { service } = api;
  const version = { name: 'churn', version: EXAMPLE_VERSION, metrics: { auc: 0.8 } } as const;
  await registerVersion(service.store, version);
  const segment = await service.segment();
  const request = { segmentId: segment.id, type: 'all', explain: true } as const;
  const { run } = await submitRun(service.submitDeps, request);
  const webhook_id = await makeWebhook();
  await planShards(service.planDeps, { run_id: run.run_id, dispatch: 0 });
  await service.finish(run.run_id);
  const [delivery] = await service.sql<{ delivery_id: string }>(
    `UPDATE segcast.webhook_deliveries SET status = 'failed', finished_at = clock_timestamp()
     RETURNING delivery_id`,
  );
  known = { ...delivery, webhook_id, id: String(segment.id), run_id: run.run_id };
  known = { ...known, customer_id: 'C000001', name: 'churn', offer_id: 'offer_3' };
  const audience_id = await makeAudience();
  return { ...known, audience_id, other_id: await makeAudience(), key_id: await makeKey() };
}

/** What an operation is called with where the documented example does not do. */
const GOOD: Record<string, () => Call | Promise<Call>> = {
  'PATCH /segments/{id}/': async () => ({ params: { id: await makeSegment() } }),
  'DELETE /segments/{id}/': async () => ({ params: { id: await makeSegment() } }),
  'DELETE /audiences/{audience_id}/': async () => ({
    params: { audience_id: await makeAudience() },
  }),
  'DELETE /webhooks/{webhook_id}/': async () => ({ params: { webhook_id: await makeWebhook() } }),
  'DELETE /keys/{key_id}/': async () => ({ params: { key_id: await makeKey() } }),
  'POST /session/': () => ({ body: { key: secrets.read } }),
  'POST /ml/runs/{run_id}/cancel/': async () => {
    const segment = await api.service.segment();
    return { params: { run_id: await api.service.submit(segment) } };
  },
  'GET /ml/models/{name}/compare/': () => ({ query: `?a=placeholder-1&b=${EXAMPLE_VERSION}` }),
};

const goodCall = ({ method, path }: Operation) =>
  GOOD[`${method} ${path.replace(API_PREFIX, '')}`]?.() ?? {};

async function faultsOf(
  operation: Operation,
  response: Response,
  isExpected: (status: number) => boolean,
): Promise<string[]> {
  const faults = await document.faultsOf(operation, response);
  if (!isExpected(response.status)) faults.push(`${operation.name}: ${response.status}`);
  return faults;
}

/** What all operations answer at fault, one after the other. */
async function walk(visit: (operation: Operation) => Promise<string[]>): Promise<string[]> {
  const faults: string[] = [];
  for (const operation of document.operations) {
    faults.push(...(await visit(operation)));
  }
  return faults;
}

const isOk = (status: number) => status >= 200 && status < 300;

describe('the API document', () => {
  it('has every operation that is promised', () => {
    const there = document.operations.map(({ name }) => name);
    expect(PROMISED.filter((name) => !there.includes(name))).toEqual([]);
  });

  it('has examples that its own schemas let pass', async () => {
    const visit = (operation: Operation) => Promise.resolve(document.exampleFaults(operation));
    expect(await walk(visit)).toEqual([]);
  });
});

describe('every operation answers as documented', () => {
  it('to a caller without a key, and to one whose role is too small', async () => {
    const faults = await walk(async (operation) => {
      const { security = [], 'x-needed-role': role } = operation.described;
      if (security.length === 0) return [];
      const nobody = await callOperation(operation, {}, null);
      const found = await faultsOf(operation, nobody, (status) => status === 401);
      if (role === 'read') return found;
      const reader = await callOperation(operation, {}, 'read');
      return [...found, ...(await faultsOf(operation, reader, (status) => status === 403))];
    });
    expect(faults).toEqual([]);
  });

  it('to what it does not take', async () => {
    const isRefused = (status: number) => status === 400;
    const faults = await walk(async (operation) => {
      const asked = await callOperation(operation, { query: '?nonsense=1' });
      const found = await faultsOf(operation, asked, isRefused);
      if (operation.described.requestBody === undefined) return found;
      for (const body of ['{', '{"nonsense": 1}', '[]']) {
        const sent = await callOperation(operation, { body });
        found.push(...(await faultsOf(operation, sent, isRefused)));
      }
      return found;
    });
    expect(faults).toEqual([]);
  });

  it('to an id of nothing', async () => {
    const faults = await walk(async (operation) => {
      if (!operation.path.includes('{')) return [];
      const call = { ...(await goodCall(operation)), params: UNKNOWN };
      const isDocumented = operation.described.responses[404] !== undefined;
      const answer = await callOperation(operation, call);
      return faultsOf(operation, answer, isDocumented ? (status) => status === 404 : isOk);
    });
    expect(faults).toEqual([]);
  });

  it('to a good request, and again to one who has the answer already', async () => {
    const faults = await walk(async (operation) => {
      const call = await goodCall(operation);
      const answer = await callOperation(operation, call);
      const found = await faultsOf(operation, answer, isOk);
      if (operation.described.responses[304] === undefined) return found;
      const headers = { 'If-None-Match': answer.headers.get('etag') ?? '' };
      const again = await callOperation(operation, { ...call, headers });
      return [...found, ...(await faultsOf(operation, again, (status) => status === 304))];
    });
    expect(faults).toEqual([]);
  });

  it('in every type of content', async () => {
    const faults = await walk(async (operation) => {
      const found: string[] = [];
      for (const type of Object.keys(operation.described.responses[200]?.content ?? {})) {
        if (operation.method !== 'GET') continue;
        const call = await goodCall(operation);
        const answer = await callOperation(operation, { ...call, headers: { Accept: type } });
        found.push(...(await faultsOf(operation, answer, isOk)));
        if (!answer.headers.get('content-type')?.startsWith(type)) {
          found.push(`${operation.name}: not in ${type}`);
        }
      }
      return found;
    });
    expect(faults).toEqual([]);
  });

  it('to one who waits for the run', async () => {
    const name = `POST ${API_PREFIX}/segments/{id}/ml/predict/`;
    const predict = document.operations.find((operation) => operation.name === name)!;
    // Nobody outside is to be told of runs.
    await api.service.sql('DELETE FROM segcast.webhooks');
    await api.startWorkers();
    const answer = await callOperation(predict, { headers: { Prefer: 'wait=60' } });
    expect(await faultsOf(predict, answer, (status) => status === 200)).toEqual([]);
  });
});
