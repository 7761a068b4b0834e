import type {
  SegmentHealth,
  SegmentStats,
  StoredCustomerPrediction,
  TrendPoint,
} from '@segcast/contracts';
import { planShards, submitNightly } from '@segcast/runs';
import { deleteOldPredictions, type SegmentRecord } from '@segcast/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { problemOf, type Answer } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({ cacheRedis: inject('redisUrl') });
});
afterAll(() => api.close());

const RICH = { '>': [{ var: 'total_revenue' }, 2000] };

async function score(segment: SegmentRecord, type: 'churn' | 'nbo' | 'rfm' | 'all' = 'all') {
  return api.service.finish(await api.service.plan(segment, type));
}

function stats(segment: SegmentRecord, known?: string): Promise<Answer> {
  const headers: Record<string, string> = known === undefined ? {} : { 'If-None-Match': known };
  return api.call('GET', `/segments/${segment.id}/ml/stats/`, { headers });
}

describe('stats', () => {
  it('are kept until something could make them other ones', async () => {
    const segment = await api.service.segment(RICH);
    const patch = (body: object) => api.call('PATCH', `/segments/${segment.id}/`, { body });
    const tags = new Set<string>();
    const expectNew = async (): Promise<SegmentStats> => {
      const answer = await stats(segment, [...tags].join(', ') || undefined);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
      const tag = answer.headers.get('etag')!;
      expect(tags.has(tag)).toBe(false);
      tags.add(tag);
      const same = await stats(segment, tag);
      expect({ status: same.status, body: same.body }).toEqual({ status: 304, body: '' });
      expect(same.headers.get('etag')).toBe(tag);
      // From the cache this time.
      expect((await stats(segment)).body).toEqual(answer.body);
      return answer.body as SegmentStats;
    };
    expect(await expectNew()).toMatchObject({ run_id: null, stats: { churn: { count: 0 } } });
    const first = await score(segment);
    expect(await expectNew()).toMatchObject({ run_id: first.run_id, stale: false });
    const second = await score(segment, 'churn');
    expect(await expectNew()).toMatchObject({ run_id: second.run_id, stale: false });
    await api.call('POST', `/segments/${segment.id}/recalculate/`);
    expect(await expectNew()).toMatchObject({ stale: false });
    await patch({ rules: {} });
    expect(await expectNew()).toMatchObject({ stale: true });
    await patch({ rules: RICH });
    expect(await expectNew()).toMatchObject({ stale: false });
    await patch({ churn_thresholds: { high: 0.9, medium: 0.8 } });
    expect(await expectNew()).toMatchObject({ stale: true });
    const { settings } = api.deps;
    const { models } = settings;
    settings.models = { ...models, churn: { version: 'another', placeholder: false } };
    expect(await expectNew()).toMatchObject({ stale: true });
    settings.models = models;
    expect((await stats(segment)).status).toBe(200);
  });

  it('of every active segment, with the change since the run before', async () => {
    const segment = await api.service.segment(RICH);
    const inactive = await api.service.segment(RICH, { isActive: false });
    const read = async (known?: string) => {
      const headers: Record<string, string> = known === undefined ? {} : { 'If-None-Match': known };
      return api.call('GET', '/ml/stats/?limit=1000', { headers });
    };
    const find = ({ body }: Answer, id: number) =>
      (body as { results: SegmentHealth[] }).results.find((row) => row.segment_id === id);
    const nothing = { since: null, members: null, churn: null, nbo: null, rfm: null };
    const before = await read();
    expect(find(before, segment.id)).toMatchObject({ run_id: null, change: nothing });
    expect(find(before, inactive.id)).toBeUndefined();

    const first = await score(segment);
    const once = await read(before.headers.get('etag')!);
    expect(once.status).toBe(200);
    expect(find(once, segment.id)).toMatchObject({ run_id: first.run_id, change: nothing });
    expect((await read(once.headers.get('etag')!)).status).toBe(304);

    await api.service.sql(`UPDATE customers SET total_revenue = 1 WHERE customer_id > 'C000900'`);
    const second = await score(segment, 'churn');
    const row = find(await read(), segment.id)!;
    const [a, b] = [second.aggregated_stats.churn!, first.aggregated_stats.churn!];
    expect(row.stats.churn).toEqual(a);
    expect(row.stats.rfm).toEqual(first.aggregated_stats.rfm);
    expect(row.change).toMatchObject({
      since: first.finished_at,
      members: second.processed - first.processed,
      churn: { high: a.high - b.high },
      nbo: null,
      rfm: null,
    });
    expect(row.change.members).toBeLessThan(0);
    const change = row.change.churn!.avg_probability!;
    expect(change).toBeCloseTo(a.avg_probability! - b.avg_probability!, 6);
    const page = (await api.call('GET', '/ml/stats/?limit=1')).body as {
      count: number;
      results: unknown[];
      next_cursor: string | null;
    };
    expect(page.results).toHaveLength(1);
    expect(page.count).toBeGreaterThan(1);
    expect(page.next_cursor).not.toBeNull();
  });
});

describe('trends', () => {
  it('are the runs of a segment in time, whole or as one number', async () => {
    const segment = await api.service.segment(RICH);
    const runs = [await score(segment), await score(segment, 'rfm'), await score(segment, 'churn')];
    const read = async (query = '') => {
      const { status, body } = await api.call('GET', `/segments/${segment.id}/ml/trends/?${query}`);
      expect(status).toBe(200);
      return body as { results: TrendPoint[]; next_cursor: string | null; metric: string | null };
    };
    const all = await read();
    expect(all.metric).toBeNull();
    expect(all.results).toEqual(
      runs.map((run) => ({
        run_id: run.run_id,
        computed_at: run.finished_at,
        member_count: run.processed,
        stats: run.aggregated_stats,
      })),
    );
    const churn = await read('metric=churn.avg_probability');
    expect(churn.results.map(({ run_id, value }) => [run_id, value])).toEqual(
      [runs[0]!, runs[2]!].map((run) => [run.run_id, run.aggregated_stats.churn!.avg_probability]),
    );
    expect(Object.keys(churn.results[0]!.stats)).toEqual(['churn']);
    const paged = await read('limit=1');
    const rest = await read(`cursor=${paged.next_cursor!}`);
    expect([...paged.results, ...rest.results]).toEqual(all.results);
    const middle = encodeURIComponent(runs[1]!.finished_at!);
    const last = encodeURIComponent(runs[2]!.finished_at!);
    const within = await read(`from=${middle}&to=${last}`);
    // Half open, and times are shown to the millisecond only.
    const ids = within.results.map(({ run_id }) => run_id);
    expect(ids).not.toContain(runs[0]!.run_id);
    expect((await read('to=2000-01-01')).results).toEqual([]);
    expect((await read('from=2000-01-01')).results).toHaveLength(3);
    for (const query of ['metric=churn.nonsense', 'from=yesterday', 'nonsense=1']) {
      const answer = await api.call('GET', `/segments/${segment.id}/ml/trends/?${query}`);
      expect(problemOf(answer).code).toBe('invalid_request');
    }
    const nobody = await api.call('GET', '/segments/999999/ml/trends/');
    expect(problemOf(nobody).code).toBe('segment_not_found');
  });
});

describe('a recount', () => {
  it('tells who came and who went since the newest run, as long as that is kept', async () => {
    const { service } = api;
    const segment = await service.segment({ '==': [{ var: 'country' }, 'DE'] });
    const recount = async () =>
      (await api.call('POST', `/segments/${segment.id}/recalculate/`)).body as object;
    expect(await recount()).not.toHaveProperty('added');
    const run = await score(segment, 'churn');
    expect(await recount()).toMatchObject({
      member_count: 333,
      previous_member_count: 333,
      added: 0,
      removed: 0,
      compared_with: run.run_id,
    });
    await service.sql(`UPDATE customers SET country = CASE country WHEN 'DE' THEN 'FR' ELSE 'DE' END
      WHERE customer_id BETWEEN 'C000100' AND 'C000199' AND country <> 'GB'`);
    await service.sql(`INSERT INTO customers (customer_id, country) VALUES ('Ä new one', 'DE')`);
    await service.sql(`DELETE FROM customers WHERE customer_id = 'C000003'`);
    const [expected] = await service.sql<{ added: number; removed: number; n: number }>(
      `WITH kept AS (SELECT customer_id FROM segcast.predictions WHERE run_id = $1),
         now AS (SELECT customer_id FROM customers WHERE country = 'DE')
       SELECT (SELECT count(*)::int FROM now) AS n,
         (SELECT count(*)::int FROM (TABLE now EXCEPT TABLE kept) a) AS added,
         (SELECT count(*)::int FROM (TABLE kept EXCEPT TABLE now) r) AS removed`,
      [run.run_id],
    );
    expect(expected!.added).toBeGreaterThan(1);
    expect(await recount()).toMatchObject({
      member_count: expected!.n,
      added: expected!.added,
      removed: expected!.removed,
    });
    await score(await service.segment({}), 'rfm');
    await score(segment, 'churn');
    await deleteOldPredictions(service.store, 1);
    expect(await recount()).toMatchObject({ added: 0, removed: 0 });
    await service.sql(
      'UPDATE segcast.runs SET predictions_deleted_at = clock_timestamp() WHERE status = $1',
      ['succeeded'],
    );
    const counted = await recount();
    expect(counted).toMatchObject({ member_count: expected!.n });
    expect(counted).not.toHaveProperty('added');
  });
});

describe('a nightly run', () => {
  it('counts for each of its segments: in recounts, trends and what is kept of a customer', async () => {
    const { service } = api;
    const segment = await service.segment({ '==': [{ var: 'country' }, 'GB'] });
    const deps = { ...service.submitDeps, refreshFeatures: () => Promise.resolve() };
    const { runId } = await submitNightly(deps, new Date(Date.UTC(2026, 0, 1)));
    await planShards(service.planDeps, { run_id: runId!, dispatch: 0 });
    await service.finish(runId!);
    const url = `/segments/${segment.id}`;
    const [member] = await service.sql<{ customer_id: string; n: number }>(
      `SELECT min(customer_id) AS customer_id, count(*)::int AS n FROM customers
       WHERE country = 'GB'`,
    );
    const recount = async () => (await api.call('POST', `${url}/recalculate/`)).body;
    expect(await recount()).toMatchObject({
      member_count: member!.n,
      added: 0,
      removed: 0,
      compared_with: runId,
    });
    await service.sql(`UPDATE customers SET country = 'DE' WHERE customer_id = $1`, [
      member!.customer_id,
    ]);
    expect(await recount()).toMatchObject({ added: 0, removed: 1 });
    const trend = (await api.call('GET', `${url}/ml/trends/`)).body as { results: TrendPoint[] };
    expect(trend.results).toMatchObject([{ run_id: runId, member_count: member!.n }]);

    const kept = await api.call('GET', `/customers/${member!.customer_id}/predictions/?limit=1`);
    const { results } = kept.body as { results: StoredCustomerPrediction[] };
    expect(results).toMatchObject([{ run_id: runId, type: 'all', mode: 'nightly' }]);
    const names = await service.sql<{ segment_id: number }>(
      `SELECT segment_id FROM segcast.predictions WHERE run_id = $1 AND customer_id = $2
       ORDER BY segment_id`,
      [runId, member!.customer_id],
    );
    expect(names.length).toBeGreaterThan(1);
    expect(results[0]!.segments.map(({ segment_id }) => ({ segment_id }))).toEqual(names);
  });
});
