import { listResults, planShards, readRun, submitNightly, sweep } from '@segcast/runs';
import { deleteSegment, updateSegment } from '@segcast/store';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService();
});
afterAll(() => service.close());

async function kept(runIds: readonly string[]): Promise<boolean[]> {
  const rows = await service.sql<{ run_id: string }>(
    'SELECT DISTINCT run_id FROM segcast.prediction_chunks',
  );
  const stored = new Set(rows.map(({ run_id }) => run_id));
  return runIds.map((id) => stored.has(id));
}

// Without it a nightly run of a million customers adds a hundred megabytes each night, for ever.
it('keeps the predictions of the newest succeeded runs of each segment', async () => {
  const [segment, other] = [await service.segment(), await service.segment()];
  const oldest = await service.plan(segment);
  await service.finish(oldest);
  const others = await service.plan(other);
  await service.finish(others);
  const failed = await service.plan(segment);
  await service.sql(`UPDATE segcast.runs SET status = 'failed' WHERE id = $1`, [failed]);
  const newer = await service.plan(segment);
  await service.finish(newer);

  const runs = [oldest, newer, others];
  await sweep({ ...service.sweepDeps, keepRuns: 2 });
  expect(await kept(runs)).toEqual([true, true, true]);
  await sweep({ ...service.sweepDeps, keepRuns: 1 });
  expect(await kept(runs)).toEqual([false, true, true]);

  const run = await readRun(service, oldest);
  expect(run).toMatchObject({ status: 'succeeded', processed: 1000, results: [] });
  expect(run.aggregated_stats.churn?.count).toBe(1000);
  await expect(listResults(service, oldest, { limit: 5 })).rejects.toMatchObject({
    code: 'predictions_deleted',
  });
});

// Without the lock an export that takes minutes loses the end of what it reads.
it('waits for whoever is reading all of them', async () => {
  const segment = await service.segment();
  const old = await service.plan(segment);
  await service.finish(old);
  const newer = await service.plan(segment);
  await service.finish(newer);

  const reader = new pg.Client({ connectionString: service.url });
  await reader.connect();
  await reader.query(
    `SELECT pg_advisory_lock_shared(hashtextextended('segcast predictions ' || $1::text, 0))`,
    [old],
  );
  await sweep({ ...service.sweepDeps, keepRuns: 1 });
  expect(await kept([old, newer])).toEqual([true, true]);
  await reader.end();
  await sweep({ ...service.sweepDeps, keepRuns: 1 });
  expect(await kept([old, newer])).toEqual([false, true]);
});

// Counted by runs alone, a busy segment would take a quiet one's only predictions with it.
it('keeps a nightly run while it is one of the newest of any of its segments', async () => {
  const [busy, quiet] = [
    await service.segment(),
    await service.segment({ '<': [{ var: 'product_count' }, 9] }),
  ];
  await service.sql('UPDATE segcast.segments SET is_active = id = ANY ($1)', [[busy.id, quiet.id]]);
  const deps = { ...service.submitDeps, refreshFeatures: () => Promise.resolve() };
  const nights: string[] = [];
  const pass = async (): Promise<void> => {
    const firing = new Date(Date.UTC(2026, 3, 1 + nights.length));
    const { runId } = await submitNightly(deps, firing);
    nights.push(runId!);
    await planShards(service.planDeps, { run_id: runId!, dispatch: 0 });
    await service.finish(runId!);
  };
  const sweepAll = () => sweep({ ...service.sweepDeps, keepRuns: 1 });
  await pass();
  const own = await service.plan(busy);
  await service.finish(own);
  await sweepAll();
  expect(await kept([...nights, own])).toEqual([true, true]);

  // A night that left a segment out is none of its runs.
  await updateSegment(service.store, quiet.id, { rules: { '>': [{ var: 'gone' }, 1] } });
  await pass();
  await sweepAll();
  expect(await kept([...nights, own])).toEqual([true, true, false]);

  const rows = await service.sql<{ segment_id: number }>(
    'SELECT DISTINCT segment_id FROM segcast.predictions WHERE run_id = ANY ($1) ORDER BY 1',
    [nights],
  );
  expect(rows.map(({ segment_id }) => segment_id)).toEqual([busy.id, quiet.id]);
  await deleteSegment(service.store, quiet.id);
  expect((await readRun(service, nights[0]!)).segments).toHaveLength(1);
  await sweepAll();
  expect(await kept(nights)).toEqual([false, true]);
  await deleteSegment(service.store, busy.id);
  await expect(readRun(service, nights[1]!)).rejects.toMatchObject({ code: 'run_not_found' });
});
