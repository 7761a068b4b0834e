import {
  cancelRun,
  submitNightly,
  submitRun,
  takeQuintiles,
  type SubmittedNight,
} from '@segcast/runs';
import {
  deleteSegment,
  readRunRecord,
  Store,
  updateSegment,
  type SegmentRecord,
} from '@segcast/store';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService();
});
afterAll(() => service.close());

function submit({ id }: SegmentRecord, type: 'all' | 'churn' | 'nbo' | 'rfm' = 'all') {
  return submitRun(service.submitDeps, { segmentId: id, type });
}

async function runsOf({ id }: SegmentRecord): Promise<number> {
  const rows = await service.sql('SELECT FROM segcast.run_segments WHERE segment_id = $1', [id]);
  return rows.length;
}

/** Does something once, right before or after the statement that tries to insert a run. */
class InterruptedStore extends Store {
  beforeInsert: (() => Promise<unknown>) | undefined;
  afterInsert: (() => Promise<unknown>) | undefined;

  override async rows<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]> {
    if (!text.includes('ON CONFLICT')) return super.rows<T>(text, values);
    const { beforeInsert, afterInsert } = this;
    this.beforeInsert = this.afterInsert = undefined;
    await beforeInsert?.();
    const rows = await super.rows<T>(text, values);
    await afterInsert?.();
    return rows;
  }
}

describe('a submission', () => {
  // Looking first and inserting then lets two of them both find nothing.
  it('starts one run when fifty equal ones come at once', async () => {
    const segment = await service.segment();
    const submitted = await Promise.all(Array.from({ length: 50 }, () => submit(segment)));
    expect(new Set(submitted.map(({ run }) => run.run_id)).size).toBe(1);
    expect(submitted.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(await runsOf(segment)).toBe(1);
    expect(submitted.filter(({ run }) => run.deduplicated === true)).toHaveLength(49);
  });

  // Without the second try the run that stood in the way finishes between the INSERT that it
  // refused and the SELECT that looks for it, and the caller is given nothing.
  it('starts its own run when the equal one finishes in just that moment', async () => {
    const segment = await service.segment();
    const first = await submit(segment);
    const store = new InterruptedStore({ url: service.url, poolMax: 3 });
    store.afterInsert = () => cancelRun(service, first.run.run_id);
    const second = await submitRun(
      { ...service.submitDeps, store },
      { segmentId: segment.id, type: 'all' },
    );
    await store.close();
    expect(second.deduplicated).toBe(false);
    expect(second.run.run_id).not.toBe(first.run.run_id);
  });

  it('starts another run for whatever decides the result', async () => {
    const segment = await service.segment();
    const ids = new Set([(await submit(segment)).run.run_id]);
    ids.add((await submit(segment, 'churn')).run.run_id);
    await updateSegment(service.store, segment.id, {
      rules: { '>': [{ var: 'product_count' }, 3] },
    });
    ids.add((await submit(segment)).run.run_id);
    await updateSegment(service.store, segment.id, { churnThresholds: { high: 0.9, medium: 0.1 } });
    ids.add((await submit(segment)).run.run_id);
    const settings = { ...service.submitDeps.settings, engine: 'another' };
    const deps = { ...service.submitDeps, settings };
    ids.add((await submitRun(deps, { segmentId: segment.id, type: 'all' })).run.run_id);
    // The version that another process has taken into use just now.
    await takeQuintiles(service, settings.rfm);
    ids.add((await submit(segment)).run.run_id);
    expect(ids.size).toBe(6);
  });

  it('is not held up by what does not decide it', async () => {
    const segment = await service.segment();
    const first = await submit(segment, 'rfm');
    await updateSegment(service.store, segment.id, {
      name: `Renamed ${segment.id}`,
      churnThresholds: { high: 0.9, medium: 0.1 },
    });
    expect((await submit(segment, 'rfm')).run.run_id).toBe(first.run.run_id);
  });

  it('starts anew when the equal run has finished', async () => {
    const segment = await service.segment();
    const runId = await service.plan(segment);
    await service.finish(runId);
    const again = await submit(segment);
    expect(again.deduplicated).toBe(false);
    expect(again.run.run_id).not.toBe(runId);
  });

  // What is not frozen changes under a run: half of it would be scored by other thresholds.
  it('freezes the rule and the thresholds as they were', async () => {
    const segment = await service.segment({ '<=': [{ var: 'product_count' }, 5] });
    const runId = await service.plan(segment);
    await updateSegment(service.store, segment.id, {
      rules: {},
      churnThresholds: { high: 0.02, medium: 0.01 },
    });
    const run = await service.finish(runId);
    const [row] = await service.sql<{ n: number }>(
      'SELECT count(*)::int AS n FROM customers WHERE product_count <= 5',
    );
    expect(run).toMatchObject({
      total_customers: row!.n,
      churn_thresholds: { high: 0.7, medium: 0.4 },
    });
    const { rules } = await readRunRecord(service.store, runId);
    expect(rules).toEqual({ '<=': [{ var: 'product_count' }, 5] });
  });

  it('is refused for a segment that is inactive, unknown or just deleted', async () => {
    const inactive = await service.segment({}, { isActive: false });
    await expect(submit(inactive)).rejects.toMatchObject({ code: 'segment_inactive' });
    const unknown = { ...inactive, id: 987_654 };
    await expect(submit(unknown)).rejects.toMatchObject({ code: 'segment_not_found' });

    const segment = await service.segment();
    const store = new InterruptedStore({ url: service.url, poolMax: 3 });
    store.beforeInsert = () => deleteSegment(service.store, segment.id);
    const late = submitRun(
      { ...service.submitDeps, store },
      { segmentId: segment.id, type: 'all' },
    );
    await expect(late).rejects.toMatchObject({ code: 'segment_not_found' });
    await store.close();
  });

  it('is refused when too many runs are active, unless it equals one of them', async () => {
    const active = await service.segment();
    const { run } = await submit(active);
    const deps = { ...service.submitDeps, maxActiveRuns: 1 };
    const other = await service.segment();
    const refused = submitRun(deps, { segmentId: other.id, type: 'all' });
    await expect(refused).rejects.toMatchObject({ code: 'queue_full', retryable: true });
    const equal = await submitRun(deps, { segmentId: active.id, type: 'all' });
    expect(equal.run.run_id).toBe(run.run_id);
  });
});

describe('a nightly firing', () => {
  const deps = () => ({
    ...service.submitDeps,
    maxActiveRuns: 0,
    refreshFeatures: () => Promise.resolve(),
  });

  // Queues deliver at least once: without the scheduled time in a unique key everybody is scored
  // twice that night.
  it('submits one run of all active segments, however often it is delivered', async () => {
    const [a, b] = [await service.segment(), await service.segment()];
    const inactive = await service.segment({}, { isActive: false });
    const firing = new Date('2026-03-01T02:00:00Z');
    const nights = await Promise.all(
      Array.from({ length: 4 }, () => submitNightly(deps(), firing)),
    );
    expect(nights.filter(({ inserted }) => inserted)).toHaveLength(1);
    const [{ runId }] = nights as [SubmittedNight];
    expect(new Set(nights.map((each) => each.runId))).toEqual(new Set([runId]));
    expect([await runsOf(a), await runsOf(b), await runsOf(inactive)]).toEqual([1, 1, 0]);
    expect(await readRunRecord(service.store, runId!)).toMatchObject({
      kind: 'nightly',
      type: 'all',
      segmentId: null,
      scheduledFor: firing,
    });

    await service.sql(`UPDATE segcast.runs SET status = 'succeeded' WHERE kind = 'nightly'`);
    expect(await submitNightly(deps(), firing)).toEqual({ runId, inserted: false });
  });

  it('leaves out a segment that is deleted in just that moment, and submits the others', async () => {
    const [gone, stays] = [await service.segment(), await service.segment()];
    const store = new InterruptedStore({ url: service.url, poolMax: 3 });
    store.beforeInsert = () => deleteSegment(service.store, gone.id);
    const firing = new Date('2026-03-05T02:00:00Z');
    const { inserted } = await submitNightly({ ...deps(), store }, firing);
    await store.close();
    expect(inserted).toBe(true);
    expect([await runsOf(gone), await runsOf(stays)]).toEqual([0, 1]);
  });

  it('submits again at the next scheduled time', async () => {
    const segment = await service.segment();
    await submitNightly(deps(), new Date('2026-03-02T02:00:00Z'));
    await submitNightly(deps(), new Date('2026-03-03T02:00:00Z'));
    expect(await runsOf(segment)).toBe(2);
  });

  it('refreshes the features before it submits, and submits nothing when that fails', async () => {
    const segment = await service.segment();
    const refreshFeatures = async () => {
      expect(await runsOf(segment)).toBe(0);
      throw new Error('the refresh failed');
    };
    const firing = new Date('2026-03-04T02:00:00Z');
    await expect(submitNightly({ ...deps(), refreshFeatures }, firing)).rejects.toThrow('refresh');
    expect(await runsOf(segment)).toBe(0);
  });
});
