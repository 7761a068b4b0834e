import { createSegcast, SegcastError, type Run, type Segcast } from '@segcast/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
let segcast: Segcast;
let segmentId: number;
let run: Run;

beforeAll(async () => {
  api = await startApiServer();
  segcast = createSegcast({ baseUrl: `${api.origin}/` });
  segmentId = (await api.service.segment({ '>': [{ var: 'transaction_count' }, 10] })).id;
  await api.startWorkers();
  run = await segcast.segmentsApi.predictAndWait(segmentId);
});
afterAll(() => api.close());

/** A client whose requests go through `onWay` first, which may answer instead of the API. */
function through(onWay: (url: string, init: RequestInit) => Response | undefined): Segcast {
  return createSegcast({
    baseUrl: api.origin,
    fetch: (input, init = {}) => {
      const url = input as string;
      const answer = onWay(url, init);
      return answer === undefined ? fetch(url, init) : Promise.resolve(answer);
    },
  });
}

const overloaded = (status: number, headers = {}) => {
  const problem = { type: 'x', title: 'x', status, code: 'queue_full', detail: 'Full.' };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });
};

async function failureOf(work: Promise<unknown>): Promise<SegcastError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SegcastError);
  return error as SegcastError;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('segments', () => {
  it('are got over all pages', async () => {
    for (let n = 0; n < 5; n++) await segcast.segmentsApi.create({ name: `Page ${n}` });
    let requests = 0;
    const inPages = createSegcast({
      baseUrl: api.origin,
      fetch: (input, init) => {
        requests++;
        return fetch((input as string).replace('limit=1000', 'limit=2'), init);
      },
    });
    const segments = await inPages.segmentsApi.getAll({ search: 'Page' });
    expect(segments.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((n) => `Page ${n}`));
    expect(requests).toBe(3);
  });

  it('are changed, looked at and deleted', async () => {
    const { segmentsApi } = segcast;
    const { id } = await segmentsApi.create({ name: 'Changing', rules: {} });
    expect(await segmentsApi.update(id, { name: 'Changed' })).toMatchObject({ name: 'Changed' });
    expect((await segmentsApi.recalculate(id)).member_count).toBe(1000);
    expect(await all(segmentsApi.members(id))).toHaveLength(1000);
    expect((await segmentsApi.preview({ '==': [{ var: 'country' }, 'DE'] })).share).toBe(0.333);
    await segmentsApi.remove(id);
    expect(await failureOf(segmentsApi.get(id))).toMatchObject({
      code: 'segment_not_found',
      status: 404,
      problem: { code: 'segment_not_found' },
    });
  });

  it('have stats, whose body is also its own `data`', async () => {
    const stats = await segcast.segmentsApi.getMLStats(segmentId);
    expect(stats.stats).toEqual(run.aggregated_stats);
    expect(stats.data).toBe(stats);
    expect(Object.keys(stats)).not.toContain('data');
    const [health] = await segcast.segmentsApi.getHealth();
    expect(health?.stats).toEqual(stats.stats);
    expect(await segcast.segmentsApi.getTrends(segmentId)).toHaveLength(1);
  });
});

describe('runs', () => {
  it('are waited for, with progress', async () => {
    const seen: Run[] = [];
    const finished = await segcast.segmentsApi.predictAndWait(segmentId, {
      type: 'churn',
      onProgress: (each) => seen.push(each),
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(finished);
    expect(finished).toMatchObject({ status: 'succeeded', progress: { fraction: 1 } });
    expect(await segcast.runs.wait(finished.run_id)).toEqual(finished);
  });

  it('go on when nobody waits any more', async () => {
    const stop = new AbortController();
    const ids: string[] = [];
    const waiting = segcast.segmentsApi.predictAndWait(segmentId, {
      type: 'nbo',
      signal: stop.signal,
      onProgress: ({ run_id }) => {
        ids.push(run_id);
        stop.abort(new Error('enough'));
      },
    });
    await expect(waiting).rejects.toThrow('enough');
    expect((await segcast.runs.wait(ids[0]!)).status).toBe('succeeded');
  });

  it('are not told of to what is no address', async () => {
    const callbackUrl = 'nowhere';
    const error = await failureOf(segcast.segmentsApi.predict(segmentId, { callbackUrl }));
    expect(error.problem?.errors).toMatchObject([{ pointer: '/callback_url' }]);
  });

  it('that are cancelled end the waiting with an error', async () => {
    const { run_id } = await api.service
      .segment()
      .then(({ id }) => segcast.segmentsApi.predict(id, { type: 'rfm' }));
    await api.service.sql(`UPDATE segcast.runs SET status = 'cancelled' WHERE id = $1`, [run_id]);
    const error = await failureOf(segcast.runs.wait(run_id));
    expect(error).toMatchObject({ code: 'run_cancelled', status: null });
  });

  it('have results, filtered and page by page', async () => {
    const everybody = await all(segcast.runs.results(run.run_id));
    expect(everybody).toHaveLength(run.successful);
    const [offer, count] = run.aggregated_stats.nbo!.top_offers[0]!;
    expect(count).toBeLessThan(everybody.length);
    expect(await all(segcast.runs.results(run.run_id, { offer }))).toHaveLength(count);
    expect(await all(segcast.runs.errors(run.run_id))).toEqual([]);
    const listed = await all(segcast.runs.list({ segment_id: segmentId, type: 'all' }));
    expect(listed.map(({ run_id }) => run_id)).toEqual([run.run_id]);
  });
});

describe('customers, audiences and the rest', () => {
  it('are asked for', async () => {
    const { customers, audiences } = segcast;
    const one = await customers.predict('C000001', { type: 'churn' });
    expect(one).toMatchObject({ mode: 'single', result: { customer_id: 'C000001' } });
    const why = await customers.predict('C000001', { type: 'churn', explain: true });
    expect(why.result).toHaveProperty('explanation.baseline');
    expect(await customers.predictMany(['C000001', 'nobody'])).toMatchObject({ failed: 1 });
    expect((await customers.segments('C000025')).results[0]?.segment_id).toBe(segmentId);
    expect(await customers.features('C000001')).toMatchObject({ country: 'FR' });
    const fields = { name: 'Campaign', filter: { risk: 'high' }, control_share: 0.5 } as const;
    const { audience_id, count } = await audiences.create(run.run_id, fields);
    expect(await all(audiences.members(audience_id))).toHaveLength(count);
    expect(await audiences.getAll()).toHaveLength(1);
    await audiences.remove(audience_id);
    expect(await segcast.offers()).toHaveLength(8);
    expect((await segcast.columns()).map(({ name }) => name)).toContain('country');
    expect((await segcast.status()).models).toHaveProperty('churn');
  });
});

describe('retries', () => {
  it('wait for as long as they are told, and send the same key', async () => {
    const at: number[] = [];
    const keys = new Set<string | null>();
    const slow = through((_url, init) => {
      at.push(performance.now());
      keys.add(new Headers(init.headers).get('idempotency-key'));
      return at.length === 1 ? overloaded(503, { 'Retry-After': '1' }) : undefined;
    });
    const { status } = await slow.segmentsApi.predict(segmentId, { type: 'rfm' });
    expect(status).toBe('queued');
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(990);
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('are made when nothing answers, up to a number', async () => {
    let requests = 0;
    const broken = createSegcast({
      baseUrl: 'http://127.0.0.1:9',
      retries: 2,
      fetch: (...args) => (requests++, fetch(...args)),
    });
    expect((await failureOf(broken.offers())).code).toBe('unreachable');
    expect(requests).toBe(3);
  });

  it('are not made of what might be done twice, nor of what will not get better', async () => {
    let requests = 0;
    const full = through(() => (requests++, overloaded(503)));
    const error = await failureOf(full.segmentsApi.create({ name: 'Twice' }));
    expect(error).toMatchObject({ code: 'queue_full', status: 503, message: 'Full.' });
    const refusing = through(() => (requests++, overloaded(409)));
    await failureOf(refusing.segmentsApi.getAll());
    const patient = through(() => (requests++, overloaded(429, { 'Retry-After': '3600' })));
    await failureOf(patient.segmentsApi.getAll());
    expect(requests).toBe(3);
  });

  it('take a deletion whose answer got lost for done', async () => {
    const { id } = await segcast.segmentsApi.create({ name: 'Deleted twice' });
    let isFirst = true;
    const lossy = createSegcast({
      baseUrl: api.origin,
      fetch: async (...args) => {
        const answer = await fetch(...args);
        if (!isFirst) return answer;
        isFirst = false;
        throw new TypeError('The connection broke.');
      },
    });
    await lossy.segmentsApi.remove(id);
    expect((await failureOf(lossy.segmentsApi.remove(id))).status).toBe(404);
  });
});

describe('what is not Segcast', () => {
  it('is said to be that', async () => {
    const page = through(() => new Response('<h1>Hello</h1>', { status: 200 }));
    expect((await failureOf(page.offers())).code).toBe('unexpected_answer');
  });
});
