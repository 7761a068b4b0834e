import { runSchema, runSummarySchema, type Run } from '@segcast/contracts';
import {
  findStoredResult,
  listErrors,
  listResults,
  listRuns,
  readRun,
  runShard,
} from '@segcast/runs';
import { latestRunRecords, readRunRecord, readSegment } from '@segcast/store';
import { countMembers } from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunService, customersSql, type RunService } from './support/run-service.ts';

const COUNT = 1000;
const BROKEN = 3;

let service: RunService;
let finished: Run;
beforeAll(async () => {
  service = await createRunService({ customers: customersSql(COUNT, { broken: BROKEN }) });
  finished = await service.finish(await service.plan(await service.segment()));
});
afterAll(() => service.close());

describe('a finished run', () => {
  it('has the form of the contract', () => {
    expect(runSchema.strict().parse(finished)).toEqual(finished);
    expect(finished).toMatchObject({
      type: 'all',
      mode: 'segment',
      status: 'succeeded',
      total_customers: COUNT,
      processed: COUNT,
      successful: COUNT - BROKEN,
      failed: BROKEN,
      progress: { total: COUNT, processed: COUNT, fraction: 1, eta_seconds: null },
      churn_thresholds: { high: 0.7, medium: 0.4 },
      error: null,
      has_more_results: true,
    });
    expect(finished).not.toHaveProperty('partial');
    expect(finished.duration_ms).toBe(
      Date.parse(finished.finished_at!) - Date.parse(finished.started_at!),
    );
    expect(finished.links['self']).toBe(`/api/loyalty/v1/ml/runs/${finished.run_id}/`);
  });

  // Numbers of placeholder models must never pass for real ones.
  it('says that its models are placeholders', () => {
    expect(finished.models.churn).toEqual({ version: 'placeholder-1', placeholder: true });
    expect(finished.models.rfm?.placeholder).toBe(false);
    expect(finished.warning).toContain('placeholders');
  });

  it('counts every customer in every part', () => {
    const { churn, nbo, rfm } = finished.aggregated_stats;
    const sum = (counts: Iterable<number>) => [...counts].reduce((a, b) => a + b, 0);
    const scored = COUNT - BROKEN;
    expect(churn!.high + churn!.medium + churn!.low).toBe(scored);
    expect(sum(churn!.histogram)).toBe(scored);
    expect(sum(Object.values(nbo!.distribution))).toBe(scored);
    expect(sum(Object.values(rfm!.distribution))).toBe(scored);
    expect([churn!.count, nbo!.count, rfm!.count]).toEqual([scored, scored, scored]);
  });

  it('counts whose inputs were imputed', async () => {
    const [row] = await service.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM customers
       WHERE avg_transaction_value <> 'NaN' AND num_nulls(total_revenue, transaction_count,
         days_since_last_transaction) > 0`,
    );
    expect(finished.imputed).toBe(row!.n);
  });

  it('lists who failed, and why', async () => {
    expect(finished.errors.map(({ customer_id }) => customer_id)).toEqual([
      'C000001',
      'C000002',
      'C000003',
    ]);
    expect(finished.errors[0]).toMatchObject({ code: 'input_not_finite' });
    expect(finished.errors[0]!.error).toContain('avg_transaction_value');
    const page = await listErrors(service, finished.run_id, { limit: 2 });
    const rest = await listErrors(service, finished.run_id, {
      limit: 2,
      cursor: page.next_cursor!,
    });
    expect([...page.results, ...rest.results]).toEqual(finished.errors);
    expect(rest.next_cursor).toBeNull();
  });

  it('begins its results with the least ids, and lists all in pages', async () => {
    expect(finished.results).toHaveLength(100);
    expect(finished.results[0]!.customer_id).toBe('C000004');
    const all = [];
    let cursor: string | undefined;
    do {
      const page = await listResults(service, finished.run_id, { limit: 300, cursor });
      all.push(...page.results);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    const ids = all.map(({ customer_id }) => customer_id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(COUNT - BROKEN);
    expect(all.slice(0, 100)).toEqual(finished.results);

    const record = await readRunRecord(service.store, finished.run_id);
    const sought = all[777]!;
    expect(await findStoredResult(service.store, record, sought.customer_id)).toEqual(sought);
    expect(await findStoredResult(service.store, record, 'C000001')).toBeNull();
    expect(await findStoredResult(service.store, record, 'nobody')).toBeNull();
  });

  it('notes how many members its segment has', async () => {
    const segment = await readSegment(service.store, finished.segment_id!);
    expect(segment.memberCount).toBe(COUNT);
    expect(segment.recalculatedAt?.toISOString()).toBe(finished.finished_at);
  });
});

describe('a run', () => {
  it.each(['churn', 'nbo', 'rfm'] as const)('of type %s has that part only', async (type) => {
    const run = await service.finish(await service.plan(await service.segment(), type));
    expect(Object.keys(run.aggregated_stats)).toEqual([type]);
    expect(Object.keys(run.models)).toEqual([type]);
    // RFM does not read the input that is broken.
    const scored = type === 'rfm' ? COUNT : COUNT - BROKEN;
    expect(run).toMatchObject({
      successful: scored,
      aggregated_stats: { [type]: { count: scored } },
    });
    if (type !== 'rfm') {
      expect(run.aggregated_stats[type]).toEqual(finished.aggregated_stats[type]);
    }
    const [alone, whole] = await Promise.all(
      [run, finished].map(async ({ run_id }) => {
        const record = await readRunRecord(service.store, run_id);
        return (await findStoredResult(service.store, record, 'C000500'))!.result;
      }),
    );
    expect(alone).toEqual(whole![type as keyof typeof whole]);
  });

  it('scores just the members of its segment', async () => {
    const rule = {
      and: [{ '==': [{ var: 'country' }, 'FR'] }, { '<': [{ var: 'product_count' }, 9] }],
    };
    const run = await service.finish(await service.plan(await service.segment(rule)));
    const members = await countMembers(service.warehouse, `country = 'FR' AND product_count < 9`);
    expect(members).toBeGreaterThan(50);
    expect(run).toMatchObject({ processed: members, total_customers: members });
  });

  it('of a segment without members succeeds with zero counts', async () => {
    const run = await service.finish(await service.plan(await service.segment(false)));
    expect(run).toMatchObject({
      status: 'succeeded',
      total_customers: 0,
      results: [],
      errors: [],
      has_more_results: false,
      progress: { total: 0, processed: 0, fraction: 1 },
      aggregated_stats: {
        churn: { count: 0, avg_probability: null, high_percentage: 0 },
        nbo: { count: 0, avg_confidence: null, top_offers: [] },
        rfm: { count: 0, avg_r: null, distribution: {} },
      },
    });
  });

  it('shows the aggregates of the shards done so far as partial', async () => {
    const runId = await service.submit(await service.segment());
    const queued = await readRun(service, runId);
    expect(runSchema.strict().parse(queued)).toMatchObject({
      status: 'queued',
      partial: true,
      started_at: null,
      duration_ms: null,
      progress: { processed: 0, fraction: 0, customers_per_second: null, eta_seconds: null },
    });

    const planned = await service.plan(await service.segment());
    expect(await readRun(service, planned)).toMatchObject({ status: 'running', partial: true });
    await runShard(service.shardDeps, { run_id: planned, shard: 1, dispatch: 0 });
    const half = await readRun(service, planned);
    expect(half).toMatchObject({ status: 'running', partial: true, failed: 0 });
    expect(half.processed).toBeGreaterThan(100);
    expect(half.processed).toBeLessThan(COUNT);
    expect(half.aggregated_stats.churn!.count).toBe(half.processed);
    expect(half.progress).toMatchObject({ total: COUNT, processed: half.processed });
    expect(half.progress.fraction).toBeCloseTo(half.processed / COUNT, 9);
    expect(half.results).toHaveLength(100);
    await service.finish(planned);
  });

  it('of whatever customers, in whatever shards, comes to the same aggregates', async () => {
    const segment = await service.segment();
    const again = await service.finish(await service.plan(segment), [2, 0, 1]);
    expect(again.aggregated_stats).toEqual(finished.aggregated_stats);
  });

  it('is not found when it was never there', async () => {
    const missing = { code: 'run_not_found' };
    for (const id of ['01940000-0000-7000-8000-000000000000', 'nonsense', '']) {
      await expect(readRun(service, id)).rejects.toMatchObject(missing);
      await expect(listResults(service, id, { limit: 1 })).rejects.toMatchObject(missing);
      await expect(listErrors(service, id, { limit: 1 })).rejects.toMatchObject(missing);
    }
  });
});

describe('lists of runs', () => {
  it('are newest first, filtered and in pages', async () => {
    const segment = await service.segment();
    const ids: string[] = [];
    for (const type of ['churn', 'nbo', 'rfm', 'all'] as const) {
      ids.unshift(await service.submit(segment, type));
    }
    await service.plan(segment, 'churn');
    const filter = { segmentId: segment.id };
    const first = await listRuns(service, filter, { limit: 3 });
    const second = await listRuns(service, filter, { limit: 3, cursor: first.next_cursor! });
    const listed = [...first.results, ...second.results];
    expect(listed.map(({ run_id }) => run_id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    for (const summary of listed) expect(runSummarySchema.strict().parse(summary)).toEqual(summary);

    const idsOf = async (more: Parameters<typeof listRuns>[1]) => {
      const page = await listRuns(service, { ...filter, ...more }, { limit: 50 });
      return page.results.map(({ run_id }) => run_id);
    };
    expect(await idsOf({ type: 'rfm' })).toEqual([ids[1]]);
    expect(await idsOf({ status: 'running' })).toEqual([ids[3]]);
    expect(await idsOf({ status: 'queued' })).toEqual(ids.slice(0, 3));
    expect(await idsOf({ status: 'failed' })).toEqual([]);
    expect(await listRuns(service, { segmentId: 987_654 }, { limit: 5 })).toEqual({
      results: [],
      next_cursor: null,
    });
  });

  it('know the newest run of each segment', async () => {
    const [a, b, none] = [
      await service.segment(),
      await service.segment(),
      await service.segment(),
    ];
    const old = await service.plan(a);
    await service.finish(old);
    const newer = await service.submit(a, 'rfm');
    const other = await service.submit(b);
    const ids = [a.id, b.id, none.id];
    const latest = await latestRunRecords(service.store, ids, { succeeded: false });
    expect([...latest].map(([id, run]) => [id, run.id])).toEqual(
      expect.arrayContaining([
        [a.id, newer],
        [b.id, other],
      ]),
    );
    expect(latest.has(none.id)).toBe(false);
    const succeeded = await latestRunRecords(service.store, ids, { succeeded: true });
    expect([...succeeded.values()].map(({ id }) => id)).toEqual([old]);
    const types = ['rfm'] as const;
    const rfm = await latestRunRecords(service.store, ids, { succeeded: false, types });
    expect([...rfm.values()].map(({ id }) => id)).toEqual([newer]);
  });
});
