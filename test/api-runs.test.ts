import type { Run, SegmentStats } from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { customersSql } from './support/run-service.ts';
import { until } from './support/until.ts';

const CUSTOMERS = 1000;
const BROKEN = 3;

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({ customers: customersSql(CUSTOMERS, { broken: BROKEN }) });
});
afterAll(() => api.close());

const predict = async (id: number, body?: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', `/segments/${id}/ml/predict/`, { body, headers });

const statsOf = async (id: number) =>
  (await api.call('GET', `/segments/${id}/ml/stats/`)).body as SegmentStats;

describe('before any worker is up', () => {
  it('a submitted run is queued, and equal ones are it', async () => {
    const { id } = await api.service.segment();
    const { status, headers, body } = await predict(id, { type: 'rfm' });
    const run = body as Run;
    expect(status).toBe(202);
    expect(run).toMatchObject({ segment_id: id, type: 'rfm', status: 'queued', partial: true });
    expect(run).not.toHaveProperty('deduplicated');
    const path = `/api/loyalty/v1/ml/runs/${run.run_id}/`;
    expect(headers.get('location')).toBe(path);
    expect(run.links.self).toBe(path);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(headers.get('preference-applied')).toBeNull();

    const again = (await predict(id, { type: 'rfm' })).body as Run;
    expect(again).toMatchObject({ run_id: run.run_id, deduplicated: true });
    const other = (await predict(id, { type: 'churn' })).body as Run;
    expect(other.run_id).not.toBe(run.run_id);

    const polled = await api.call('GET', `/ml/runs/${run.run_id}`);
    expect(polled.headers.get('retry-after')).toBe('1');
    expect(polled.body).toEqual(run);
    await api.call('POST', `/ml/runs/${run.run_id}/cancel/`);
    await api.call('POST', `/ml/runs/${other.run_id}/cancel/`);
  });

  it('waiting ends with the time that was granted', async () => {
    const { id } = await api.service.segment();
    const { status, headers, body } = await predict(id, {}, { Prefer: 'wait=1' });
    expect(status).toBe(202);
    expect(headers.get('preference-applied')).toBe('wait=1');
    await api.call('POST', `/ml/runs/${(body as Run).run_id}/cancel/`);
  });

  it('a cancelled run is over, and cancelling it again a conflict', async () => {
    const { id } = await api.service.segment();
    const { run_id } = (await predict(id)).body as Run;
    const cancelled = await api.call('POST', `/ml/runs/${run_id}/cancel/`);
    expect(cancelled.status).toBe(202);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', results: [] });
    const again = await api.call('POST', `/ml/runs/${run_id}/cancel/`);
    expect(problemOf(again)).toMatchObject({ status: 409, code: 'run_finished' });
  });

  it('an inactive segment is a conflict, an absent one is not found', async () => {
    const { id } = await api.service.segment({}, { isActive: false });
    expect(problemOf(await predict(id))).toMatchObject({ status: 409, code: 'segment_inactive' });
    expect(problemOf(await predict(999_999))).toMatchObject({ status: 404 });
  });

  it('a full queue is said to be full, and when to come back', async () => {
    const full = await startApiServer({ deps: { maxActiveRuns: 1 } });
    try {
      const [one, two] = [await full.service.segment(), await full.service.segment()];
      await full.call('POST', `/segments/${one.id}/ml/predict/`);
      const refused = await full.call('POST', `/segments/${two.id}/ml/predict/`);
      expect(problemOf(refused)).toMatchObject({ status: 503, code: 'queue_full' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await full.call('POST', `/segments/${one.id}/ml/predict/`)).status).toBe(202);
    } finally {
      await full.close();
    }
  });

  it('a segment without any run shows zeros', async () => {
    const { id } = await api.service.segment();
    const stats = await statsOf(id);
    expect(stats).toMatchObject({
      run_id: null,
      computed_at: null,
      sampled_count: 0,
      stale: false,
    });
    expect(stats.stats.churn).toMatchObject({ high: 0, high_percentage: 0, avg_probability: null });
    expect(stats.stats.nbo).toEqual({
      top_offers: [],
      distribution: {},
      avg_confidence: null,
      count: 0,
    });
    expect(stats.stats.rfm).toMatchObject({ top_segments: [], avg_r: null, count: 0 });
    expect(stats.warning).toContain('placeholder');
  });
});

describe('with workers', () => {
  let segmentId: number;
  let run: Run;
  beforeAll(async () => {
    await api.startWorkers();
    segmentId = (await api.service.segment()).id;
    const answer = await predict(segmentId, { type: 'all' }, { Prefer: 'wait=60' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('preference-applied')).toBe('wait=60');
    run = answer.body as Run;
    expect(answer.headers.get('content-location')).toBe(run.links.self);
  });

  it('waiting answers with the finished run', async () => {
    expect(run).toMatchObject({
      status: 'succeeded',
      total_customers: CUSTOMERS,
      processed: CUSTOMERS,
      successful: CUSTOMERS - BROKEN,
      failed: BROKEN,
      progress: { fraction: 1, eta_seconds: null },
      has_more_results: true,
      error: null,
    });
    expect(run.warning).toContain('placeholder');
    expect(run.results).toHaveLength(100);
    expect(run.errors.map(({ customer_id }) => customer_id)).toEqual([
      'C000001',
      'C000002',
      'C000003',
    ]);
    const polled = await api.call('GET', `/ml/runs/${run.run_id}/`);
    expect(polled.headers.get('retry-after')).toBeNull();
    expect(polled.body).toEqual(run);
  });

  it('the engine that was used is known', async () => {
    const { engine } = api.service.submitDeps.settings;
    const { body } = await api.call('GET', '/ml/status/');
    expect(body).toMatchObject({ engine: { wanted: engine, last_used: engine } });
  });

  it('its results and errors are paged', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await api.call('GET', `/ml/runs/${run.run_id}/results/?limit=300${query}`);
      const page = body as { results: { customer_id: string }[]; next_cursor: string | null };
      ids.push(...page.results.map(({ customer_id }) => customer_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids).toHaveLength(CUSTOMERS - BROKEN);
    expect(new Set(ids).size).toBe(ids.length);

    const errors = await api.call('GET', `/ml/runs/${run.run_id}/errors/?limit=2`);
    const first = errors.body as { results: object[]; next_cursor: string };
    expect(first.results).toHaveLength(2);
    const rest = await api.call(
      'GET',
      `/ml/runs/${run.run_id}/errors/?cursor=${first.next_cursor}`,
    );
    expect(rest.body).toMatchObject({ results: [{ customer_id: 'C000003' }], next_cursor: null });
  });

  it.each(['', 'results/', 'errors/'])(
    'it is asked for as its segment sees it: %s',
    async (part) => {
      const path = `/ml/runs/${run.run_id}/${part}`;
      const own = await api.call('GET', `${path}?segment_id=${segmentId}`);
      expect(own.status).toBe(200);
      expect(own.body).toEqual((await api.call('GET', path)).body);
      const other = await api.call('GET', `${path}?segment_id=2000000000`);
      expect(other).toMatchObject({ status: 404, body: { code: 'segment_not_found' } });
    },
  );

  it('its stats are those of the segment until something changes', async () => {
    const stats = await statsOf(segmentId);
    expect(stats).toMatchObject({
      member_count: CUSTOMERS,
      sampled_count: CUSTOMERS,
      stats: run.aggregated_stats,
      run_id: run.run_id,
      computed_at: run.finished_at,
      stale: false,
    });
    await api.call('POST', `/segments/${segmentId}/recalculate/`);
    expect((await statsOf(segmentId)).stale).toBe(false);
    const change = async (body: object) => api.call('PATCH', `/segments/${segmentId}/`, { body });
    await change({ churn_thresholds: { high: 0.5, medium: 0.2 } });
    expect((await statsOf(segmentId)).stale).toBe(true);
    await change({ churn_thresholds: null });
    expect((await statsOf(segmentId)).stale).toBe(false);
    await change({ rules: { '==': [{ var: 'country' }, 'DE'] } });
    expect((await statsOf(segmentId)).stale).toBe(true);
    await change({ rules: {} });
  });

  it('a run of one predictor replaces its part and leaves the others', async () => {
    const before = await statsOf(segmentId);
    const churn = (await predict(segmentId, { type: 'churn' }, { Prefer: 'wait=60' })).body as Run;
    expect(churn.status).toBe('succeeded');
    expect(Object.keys(churn.aggregated_stats)).toEqual(['churn']);
    const after = await statsOf(segmentId);
    expect(after).toMatchObject({ run_id: churn.run_id, stale: false, stats: before.stats });
  });

  it('a recalculation that finds other customers makes it stale', async () => {
    await api.service.sql(`DELETE FROM customers WHERE customer_id = 'C001000'`);
    const counted = await api.call('POST', `/segments/${segmentId}/recalculate/`);
    expect(counted.body).toMatchObject({ member_count: 999, previous_member_count: CUSTOMERS });
    expect(await statsOf(segmentId)).toMatchObject({ stale: true, member_count: 999 });
  });

  it('runs are listed newest first and by segment, status and type', async () => {
    const { body } = await api.call('GET', `/ml/runs/?segment_id=${segmentId}&status=succeeded`);
    const { results } = body as { results: Run[] };
    expect(results.map(({ type }) => type)).toEqual(['churn', 'all']);
    expect(results[0]).not.toHaveProperty('results');
    const all = await api.call('GET', `/ml/runs/?segment_id=${segmentId}&type=all&limit=1`);
    expect(all.body).toMatchObject({ results: [{ run_id: run.run_id }], next_cursor: null });
    const none = await api.call('GET', `/ml/runs/?segment_id=${segmentId}&status=failed`);
    expect(none.body).toEqual({ results: [], next_cursor: null });
  });

  it('the latest run is shown with its segment', async () => {
    const { body } = await api.call('GET', `/segments/${segmentId}/`);
    expect(body).toMatchObject({ latest_run: { type: 'churn', status: 'succeeded' } });
  });

  it('a segment without members succeeds with zeros', async () => {
    const { id } = await api.service.segment({ '>': [{ var: 'total_revenue' }, 1e9] });
    const empty = (await predict(id, {}, { Prefer: 'wait=60' })).body as Run;
    expect(empty).toMatchObject({ status: 'succeeded', total_customers: 0, results: [] });
    expect(empty.aggregated_stats.churn).toMatchObject({ count: 0, avg_probability: null });
  });

  it('a wait outlives the connection that its notices come by', async () => {
    const { id } = await api.service.segment({ '>': [{ var: 'total_revenue' }, 100] });
    await api.service.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity 
       WHERE application_name = 'segcast notices' AND datname = current_database()`,
    );
    expect((await predict(id, {}, { Prefer: 'wait=60' })).status).toBe(200);
    await until('the notices are listened for again', async () => {
      const rows = await api.service.sql(
        `SELECT FROM pg_stat_activity WHERE application_name = 'segcast notices'
           AND datname = current_database() AND query LIKE 'LISTEN%'`,
      );
      return rows.length === 1;
    });
  });
});

describe('the calls of old clients', () => {
  it('are understood as they always were', async () => {
    const { id } = await api.service.segment({ '<': [{ var: 'total_revenue' }, 500] });
    const stats = await fetch(`${api.origin}/api/loyalty/v1/segments/${id}/ml/stats/`);
    expect(await stats.json()).toMatchObject({ stats: { churn: { high_percentage: 0 } } });
    for (const type of ['churn', 'nbo', 'rfm', 'all']) {
      const { status, body } = await predict(id, `{"type": "${type}"}`, {
        'Content-Type': 'application/x-www-form-urlencoded',
      });
      expect(status).toBe(202);
      expect(body).toMatchObject({ segment_id: id, type });
    }
  });
});
