import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ERROR_CODES, type Readiness } from '@segcast/contracts';
import { ROUTES } from '../apps/api/src/routes/index.ts';
import { openJobQueue } from '@segcast/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

describe('health', () => {
  it('is a matter of living', async () => {
    expect((await api.call('GET', '//healthz')).body).toEqual({ status: 'ok' });
  });

  it('and readiness of everything that is needed', async () => {
    const { status, body } = await api.call('GET', '//readyz');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ready',
      checks: { store: { status: 'up' }, queue: { status: 'up' }, warehouse: { status: 'up' } },
    });
  });

  it('says which of them is not', async () => {
    await api.service.sql('ALTER TABLE customers RENAME COLUMN total_revenue TO revenue');
    try {
      const { status, body } = await api.call('GET', '//readyz');
      expect(status).toBe(503);
      const { checks } = body as Readiness;
      expect(checks).toMatchObject({ store: { status: 'up' }, queue: { status: 'up' } });
      expect(checks.warehouse.status).toBe('down');
      expect(checks.warehouse.detail).toContain('total_revenue');
    } finally {
      await api.service.sql('ALTER TABLE customers RENAME COLUMN revenue TO total_revenue');
    }
    expect((await api.call('GET', '//readyz')).status).toBe(200);
  });

  it('a run is taken while the queue is away', async () => {
    const queue = await openJobQueue({
      kind: 'redis',
      url: `redis://127.0.0.1:${await closedPort()}`,
      prefix: '{away}',
    });
    const lonely = await startApiServer({ deps: { queue } });
    try {
      const { status, body } = await lonely.call('GET', '//readyz');
      expect(status).toBe(503);
      expect(body).toMatchObject({
        checks: { queue: { status: 'down' }, store: { status: 'up' } },
      });
      const { id } = await lonely.service.segment();
      const submitted = await lonely.call('POST', `/segments/${id}/ml/predict/`);
      expect(submitted).toMatchObject({ status: 202, body: { status: 'queued' } });
    } finally {
      await lonely.close();
      await queue.close();
    }
  });
});

describe('what the service says of itself', () => {
  it('the models in use, and that they are placeholders', async () => {
    const { body } = await api.call('GET', '/ml/status/');
    const { models, engine } = api.service.submitDeps.settings;
    expect(body).toMatchObject({ models, engine: { wanted: engine, last_used: null } });
    expect(body).toMatchObject({ models: { churn: { placeholder: true } } });
    expect((body as { warning: string }).warning).toContain('placeholder');
  });

  it('whether they are loaded: with the first customer who is scored', async () => {
    expect((await api.call('GET', '/ml/status/')).body).toMatchObject({ loaded: false });
    await api.call('POST', '/customers/C000007/ml/predict/');
    expect((await api.call('GET', '/ml/status/')).body).toMatchObject({ loaded: true });
  });

  it('a page of every error code, to which problems lead', async () => {
    const { type } = (await api.call('GET', '/nonsense/')).body as { type: string };
    const [path, anchor] = type.split('#');
    const { status, headers, body } = await api.call('GET', `/${path ?? ''}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain(`id="${anchor ?? ''}"`);
    const text = (body as string).replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ');
    for (const { title, meaning, remedy } of Object.values(ERROR_CODES)) {
      for (const sentence of [title, meaning, remedy]) {
        expect(decode(text)).toContain(sentence.replaceAll('`', ''));
      }
    }
  });
});

describe('the API document', () => {
  interface Operation {
    operationId: string;
    summary: string;
    parameters?: { name: string; in: string; required: boolean; schema: object }[];
    responses: Record<string, object>;
  }
  interface Document {
    openapi: string;
    'x-error-codes': unknown;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  }
  let document: Document;
  beforeAll(async () => {
    document = (await api.call('GET', '//openapi.json')).body as Document;
  });

  it('has a component for every reference, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    const used = new Set(JSON.stringify(document).match(/(?<=#\/components\/schemas\/)\w+/g));
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('describes every operation: its id, its parameters, its answers and its problems', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters = [], responses, summary } of operations) {
      expect(summary).not.toBe('');
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
      expect(responses).toHaveProperty('403');
    }
  });

  it('shows examples that are what it says', () => {
    const examples = ROUTES.flatMap((route) => [
      { schema: route.body, example: route.bodyExample },
      ...Object.values(route.responses),
    ]).filter(({ example }) => example !== undefined);
    expect(examples.length).toBeGreaterThan(5);
    for (const { schema, example } of examples) {
      expect(schema?.parse(example)).toMatchObject(example as object);
    }
  });

  it('explains every code, and each problem where it can happen', () => {
    expect(document['x-error-codes']).toEqual(ERROR_CODES);
    const { description } = document.paths['/api/loyalty/v1/ml/runs/{run_id}/']!.get!.responses[
      '404'
    ] as { description: string };
    expect(description).toContain(ERROR_CODES.run_not_found.meaning);
    expect(description).toContain(ERROR_CODES.run_not_found.remedy);
  });

  it('leaves fields with a default out of what is required of a client', () => {
    expect(document.components.schemas.CreateSegment).toMatchObject({
      required: ['name'],
      additionalProperties: false,
    });
    expect(document.components.schemas.Segment).not.toHaveProperty('additionalProperties');
  });
});

function decode(text: string): string {
  return text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
