import type {
  CustomerPrediction,
  CustomersPrediction,
  Features,
  Run,
  StoredCustomerPrediction,
} from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FeatureLookup } from '../apps/api/src/customers/feature-lookup.ts';
import { CustomerScorer } from '../apps/api/src/scoring/customer-scorer.ts';
import { openCaches } from '../apps/api/src/cache/open-caches.ts';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { customersSql } from './support/run-service.ts';

const BROKEN = 3;

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({
    customers: `${customersSql(1000, { broken: BROKEN })};
      UPDATE customers SET total_revenue = 1234567.89 WHERE customer_id = 'C000099'`,
  });
});
afterAll(() => api.close());

/** Every member's result by a run over all customers. */
async function runAll(type: 'churn' | 'nbo' | 'rfm' | 'all'): Promise<Map<string, unknown>> {
  const segment = await api.service.segment();
  const { run_id } = await api.service.finish(await api.service.plan(segment, type));
  const found = new Map<string, unknown>();
  for (const list of ['results', 'errors']) {
    const { body } = await api.call('GET', `/ml/runs/${run_id}/${list}/?limit=1000`);
    const { results } = body as { results: { customer_id: string; result?: unknown }[] };
    for (const item of results) found.set(item.customer_id, item.result ?? item);
  }
  return found;
}

async function predictMany(body: object): Promise<CustomersPrediction> {
  const answer = await api.call('POST', '/customers/ml/predict/', { body });
  expect(answer.status).toBe(200);
  return answer.body as CustomersPrediction;
}

describe('a customer is scored at once', () => {
  it.each(['churn', 'nbo', 'rfm', 'all'] as const)(
    'with the numbers of a run: %s',
    async (type) => {
      const expected = await runAll(type);
      const ids = [...expected.keys()];
      expect(ids).toHaveLength(1000);
      const batch = await predictMany({ customer_ids: ids, type });
      const answered = new Map<string, unknown>([
        ...batch.results.map(({ customer_id, result }) => [customer_id, result] as const),
        ...batch.errors.map((error) => [error.customer_id, error] as const),
      ]);
      expect(answered).toEqual(expected);
      for (const id of ids.filter((_, i) => i % 97 === 5)) {
        const { body } = await api.call('POST', `/customers/${id}/ml/predict/`, { body: { type } });
        expect(body).toMatchObject({ customer_id: id, type, mode: 'single' });
        expect((body as CustomerPrediction).result).toEqual(expected.get(id));
      }
    },
  );

  it('with all predictors unless told otherwise, and what models these were', async () => {
    const { body } = await api.call('POST', '/customers/C000042/ml/predict');
    expect(body).toMatchObject({
      type: 'all',
      result: { churn: {}, nbo: {}, rfm: {} },
      models: { churn: { version: 'placeholder-1', placeholder: true } },
      warning: expect.stringContaining('placeholder') as string,
    });
  });

  it('or not, and says why', async () => {
    const unknown = await api.call('POST', '/customers/no%2Fsuch/ml/predict/', { body: {} });
    expect(problemOf(unknown)).toMatchObject({ status: 404, code: 'customer_not_found' });
    const broken = await api.call('POST', '/customers/C000001/ml/predict/', { body: {} });
    expect(problemOf(broken)).toMatchObject({ status: 422, code: 'customer_not_scorable' });
    expect(problemOf(broken).detail).toContain('avg_transaction_value is NaN');
    const option = await api.call('POST', '/customers/C000042/ml/predict/', {
      body: { type: 'churn', nonsense: true },
    });
    expect(problemOf(option).errors).toEqual([{ pointer: '/nonsense', detail: 'unknown field' }]);
  });

  it('by the old route, one or several', async () => {
    const call = (body: object) => api.call('POST', '/config/ml/test/', { body });
    const one = await api.call('POST', '/customers/C000042/ml/predict/', {
      body: { type: 'churn' },
    });
    expect((await call({ customer_id: 'C000042', type: 'churn' })).body).toEqual(one.body);
    const several = await call({ customer_ids: ['C000042', 'C000043'], type: 'churn' });
    expect(several.body).toMatchObject({ mode: 'batch', total: 2, successful: 2 });
    for (const body of [{}, { customer_id: 'a', customer_ids: ['b'] }]) {
      expect(problemOf(await call(body)).code).toBe('invalid_request');
    }
  });
});

describe('the segments of a customer', () => {
  it('are the active ones whose members it is among, NaN and null included', async () => {
    const { service } = api;
    const rules: [string, unknown][] = [
      ['everyone', {}],
      ['rich', { '>': [{ var: 'total_revenue' }, 2000] }],
      ['not rich', { '!': { '>': [{ var: 'total_revenue' }, 2000] } }],
      ['nan is nothing', { '>=': [{ var: 'avg_transaction_value' }, 0] }],
      ['nan is not null', { '!=': [{ var: 'avg_transaction_value' }, null] }],
      ['unknown revenue', { '==': [{ var: 'total_revenue' }, null] }],
      ['nobody', false],
    ];
    const segments = await Promise.all(rules.map(([, rule]) => service.segment(rule)));
    const inactive = await service.segment({}, { isActive: false });
    for (const id of ['C000001', 'C000007', 'C000099', 'C000540']) {
      const { body } = await api.call('GET', `/customers/${id}/segments/`);
      const { results, unreadable } = body as {
        results: { segment_id: number }[];
        unreadable: unknown[];
      };
      const found = new Set(results.map(({ segment_id }) => segment_id));
      expect(unreadable).toEqual([]);
      expect(found.has(inactive.id)).toBe(false);
      for (const segment of segments) {
        const page = await api.call('GET', `/segments/${segment.id}/members/?limit=1000`);
        const members = (page.body as { results: { customer_id: string }[] }).results;
        const isMember = members.some(({ customer_id }) => customer_id === id);
        expect(found.has(segment.id)).toBe(isMember);
      }
    }
    const nobody = await api.call('GET', '/customers/nobody/segments/');
    expect(problemOf(nobody).code).toBe('customer_not_found');
  });

  it('are told in spite of one whose column has gone', async () => {
    await api.service.sql('ALTER TABLE customers ADD fleeting integer');
    api.service.warehouse.invalidate();
    const gone = await api.service.segment({ '>': [{ var: 'fleeting' }, 1] });
    await api.service.sql('ALTER TABLE customers DROP fleeting');
    api.service.warehouse.invalidate();
    const { body } = await api.call('GET', '/customers/C000042/segments/');
    expect((body as { results: unknown[] }).results.length).toBeGreaterThan(0);
    expect(body).toMatchObject({
      unreadable: [{ segment_id: gone.id, error: expect.stringContaining('fleeting') as string }],
    });
    await api.call('DELETE', `/segments/${gone.id}/`);
  });
});

describe('the predictions kept of a customer', () => {
  it('are listed newest first, in pages, as their runs show them', async () => {
    const { service } = api;
    const french = await service.segment({ '==': [{ var: 'country' }, 'FR'] });
    const types = ['churn', 'all', 'rfm'] as const;
    const runs: Run[] = [];
    for (const type of types) runs.unshift(await service.finish(await service.plan(french, type)));
    const member = runs[0]!.results.at(-1)!.customer_id;
    const url = `/customers/${member}/predictions/`;
    const { body } = await api.call('GET', url);
    const { results } = body as { results: StoredCustomerPrediction[] };
    expect(results.slice(0, 3)).toEqual(
      runs.map((run) => ({
        run_id: run.run_id,
        type: run.type,
        mode: 'segment',
        computed_at: run.finished_at,
        segments: [{ segment_id: french.id, segment_name: french.name }],
        models: run.models,
        result: run.results.find(({ customer_id }) => customer_id === member)!.result,
      })),
    );
    const paged: StoredCustomerPrediction[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await api.call('GET', `${url}?limit=2${cursor && `&cursor=${cursor}`}`);
      const read = page.body as { results: StoredCustomerPrediction[]; next_cursor: string | null };
      paged.push(...read.results);
      cursor = read.next_cursor;
    }
    expect(paged).toEqual(results);
    const nobody = await api.call('GET', '/customers/nobody/predictions/');
    expect(nobody.body).toEqual({ results: [], next_cursor: null });
  });
});

describe('a batch of customers', () => {
  it('keeps the order asked, counts a repeated id once, and no bad id spoils it', async () => {
    const customer_ids = ['C000900', 'nobody', 'C000005', 'a\0b', 'C000900', 'C000001', '', 7];
    const answer = await predictMany({ customer_ids, type: 'churn' });
    expect(answer).toMatchObject({ total: 7, successful: 2, failed: 5, mode: 'batch' });
    expect(answer.results.map((item) => item.customer_id)).toEqual(['C000900', 'C000005']);
    expect(answer.errors.map(({ customer_id, code }) => [customer_id, code])).toEqual([
      ['nobody', 'customer_not_found'],
      ['a\0b', 'customer_not_found'],
      ['C000001', 'input_not_finite'],
      ['', 'customer_not_found'],
      ['7', 'customer_not_found'],
    ]);
  });

  it('may be empty, and of ten thousand, but no more', async () => {
    expect(await predictMany({ customer_ids: [] })).toMatchObject({ total: 0, results: [] });
    const ids = Array.from({ length: 10_001 }, (_, n) => `C${String(n).padStart(6, '0')}`);
    const most = await predictMany({ customer_ids: ids.slice(0, 10_000), type: 'rfm' });
    expect(most).toMatchObject({ total: 10_000, successful: 1000, failed: 9000 });
    const more = await api.call('POST', '/customers/ml/predict/', { body: { customer_ids: ids } });
    expect(problemOf(more).errors).toMatchObject([{ pointer: '/customer_ids' }]);
  });
});

describe.each(['in Redis', 'in process'])('features cached %s', (place) => {
  const redis = place === 'in Redis' ? inject('redisUrl') : null;
  const skipped = place === 'in Redis' && redis === null;

  it.skipIf(skipped)('are looked up once, until told to forget them', async () => {
    const cached = await startApiServer({ cacheRedis: redis });
    try {
      const country = async (id: string) =>
        ((await cached.call('GET', `/dwh/features/${id}/`)).body as Features).country;
      const forget = (body: object) => cached.call('POST', '/dwh/cache/invalidate/', { body });
      const [first, other] = ['C000001', 'C000002'];
      const before = [await country(first), await country(other)];
      // In place: the version of the warehouse does not tell of it.
      await cached.service.sql(`UPDATE customers SET country = 'XX'`);
      expect([await country(first), await country(other)]).toEqual(before);

      const some = await forget({ customer_ids: [first, 'nobody', 'a\0'] });
      expect(some.body).toEqual({ scope: 'customers', customers: 3 });
      expect([await country(first), await country(other)]).toEqual(['XX', before[1]]);

      expect((await forget({})).body).toEqual({ scope: 'all', customers: null });
      expect(await country(other)).toBe('XX');
    } finally {
      await cached.close();
    }
  });
});

describe('the cache', () => {
  it('does not outlive the version of the warehouse, nor its columns', async () => {
    const caches = openCaches({ redis: null, log: api.deps.log });
    const { warehouse } = api.service;
    const find = async (id: string) => {
      // As another process would look it up, or this one ten seconds later.
      const row = await new FeatureLookup(warehouse, caches.features).find(id);
      return Object.fromEntries(row!.columns.map(({ name }, i) => [name, row!.cells[i]]));
    };
    expect(await find('C000500')).toMatchObject({ country: 'GB' });
    await api.service.sql(`UPDATE customers SET country = 'XX' WHERE customer_id = 'C000500'`);
    expect(await find('C000500')).toMatchObject({ country: 'GB' });
    await api.service.sql('ALTER TABLE customers ADD note text');
    warehouse.invalidate();
    expect(await find('C000500')).toMatchObject({ country: 'XX', note: null });
    await api.service.sql(`UPDATE customers SET country = 'YY' WHERE customer_id = 'C000500'`);
    await api.service.sql('VACUUM FULL customers');
    expect(await find('C000500')).toMatchObject({ country: 'YY' });
  });

  it('fails no request when it is away, and says so only to whoever would empty it', async () => {
    const log: string[] = [];
    const warn = (_facts: object, message: string) => log.push(message);
    const caches = openCaches({
      redis: { url: 'redis://127.0.0.1:1', prefix: 'test' },
      log: { warn, info: warn },
    });
    const away = await startApiServer({
      deps: { features: new FeatureLookup(api.service.warehouse, caches.features) },
    });
    try {
      for (let i = 0; i < 3; i++) {
        expect((await away.call('GET', '/dwh/features/C000007/')).status).toBe(200);
        expect((await away.call('POST', '/customers/C000007/ml/predict/')).status).toBe(200);
      }
      const forget = await away.call('POST', '/dwh/cache/invalidate/');
      expect(problemOf(forget)).toMatchObject({ status: 503, code: 'cache_unavailable' });
      expect(log).toEqual(['the cache does not answer; going on without it']);
    } finally {
      caches.close();
      await away.close();
    }
  });
});

describe('the scoring thread', () => {
  it('that cannot start is tried again, and requests hear of it at once', async () => {
    const scorer = new CustomerScorer(
      () => ({
        storeUrl: 'postgres://127.0.0.1:1/none',
        warehouse: api.service.warehouse.options,
        engine: 'tfjs-wasm',
        warmUp: [],
      }),
      api.deps.log,
    );
    const without = await startApiServer({ deps: { scorer } });
    try {
      for (let i = 0; i < 2; i++) {
        const answer = await without.call('POST', '/customers/C000007/ml/predict/');
        expect(problemOf(answer)).toMatchObject({ status: 503, code: 'scoring_unavailable' });
        expect(answer.headers.get('retry-after')).not.toBeNull();
      }
    } finally {
      await without.close();
      await scorer.close();
    }
  });

  it('scores what is asked of it at once, each request with its own answer', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `C000${String(n + 100)}`);
    const answers = await Promise.all(
      ids.map((id) =>
        api.call('POST', `/customers/${id}/ml/predict/`, { body: { type: 'churn' } }),
      ),
    );
    const results = answers.map(({ body }) => (body as CustomerPrediction).result);
    expect(results.map((result) => result.customer_id)).toEqual(ids);
    const { results: batch } = await predictMany({ customer_ids: ids, type: 'churn' });
    expect(batch.map(({ result }) => result)).toEqual(results);
  });
});
