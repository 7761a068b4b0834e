import { listResults, readRun, sweep } from '@segcast/runs';
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
