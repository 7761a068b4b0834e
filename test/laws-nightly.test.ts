import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PREDICTORS } from '@segcast/contracts';
import {
  listErrors,
  listResults,
  planShards,
  readRun,
  runShard,
  scoreShard,
  submitNightly,
} from '@segcast/runs';
import { createEngine, createScorer, DEFAULT_RFM_SETTINGS, loadModels } from '@segcast/scoring';
import { readRunRecord, updateSegment, type SegmentRecord } from '@segcast/store';
import { openWarehouse, type Warehouse } from '@segcast/warehouse';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ruleJson } from './support/rule-arbitraries.ts';
import { createRuleTable, sqlRow, writeRows } from './support/rule-table.ts';
import { createRunService, customersSql, type RunService } from './support/run-service.ts';

const COUNT = 500;
const ROWS = 60;
const BATCH_SIZES = [1, 33, 64, 1000];

let service: RunService;
let warehouse: Warehouse;
let night = 0;
const scorers = new Map<number, Awaited<ReturnType<typeof createScorer>>>();
let disposeEngine: () => void;

beforeAll(async () => {
  service = await createRunService({ customers: customersSql(COUNT, { broken: 9 }) });
  const client = new pg.Client({ connectionString: service.url });
  await client.connect();
  await client.query("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'");
  await createRuleTable(client);
  await writeRows(client, fc.sample(sqlRow, ROWS));
  // Not in the order of the ids, so that what is held is sorted, memberships included.
  await client.query(
    `CREATE TABLE described AS SELECT c.*, r.* FROM customers c
     JOIN rule_rows r ON r.row_number = right(c.customer_id, 4)::int % ${ROWS}
     ORDER BY md5(c.customer_id);
     CREATE UNIQUE INDEX ON described (customer_id); ANALYZE described`,
  );
  await client.end();
  warehouse = openWarehouse({
    url: service.url,
    relation: 'described',
    statementTimeoutMs: 60_000,
    poolMax: 4,
  });
  const models = await loadModels(join(import.meta.dirname, '../models'));
  const engine = await createEngine({ preference: 'tfjs-wasm', checkModels: [] });
  disposeEngine = () => engine.dispose();
  for (const batchSize of BATCH_SIZES) {
    const rfm = DEFAULT_RFM_SETTINGS;
    const options = { engine, models, predictors: PREDICTORS, rfm, batchSize };
    scorers.set(batchSize, await createScorer(options));
  }
});
afterAll(async () => {
  disposeEngine();
  await warehouse.close();
  await service.close();
});

interface Way {
  shardSize: number;
  batchSize: number;
  /** Of the order in which the shards are done. */
  seed: number;
  /** Shards done at once. */
  workers: number;
}

/** Does the jobs of a run: of all of its shards, or of the given share of them. */
async function work(runId: string, way: Way, done = 1): Promise<void> {
  const { shardSize, batchSize, seed, workers } = way;
  await planShards({ ...service.planDeps, warehouse, shardSize }, { run_id: runId, dispatch: 0 });
  const scorer = scorers.get(batchSize)!;
  const scoreDeps = {
    ...service.scoreDeps,
    warehouse,
    batchSize,
    scorerFor: () => Promise.resolve(scorer),
  };
  const deps = {
    ...service.shardDeps,
    scoreShard: (shard: Parameters<typeof scoreShard>[1], signal: AbortSignal) =>
      scoreShard(scoreDeps, shard, signal),
  };
  const shards = await service.shards(runId);
  shards.sort((a, b) => ((a * seed) % 97) - ((b * seed) % 97));
  const queue = shards.slice(0, Math.ceil(shards.length * done));
  const worker = async () => {
    for (let shard = queue.pop(); shard !== undefined; shard = queue.pop()) {
      await runShard(deps, { run_id: runId, shard, dispatch: 0 });
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

async function submit(): Promise<string> {
  const deps = { ...service.submitDeps, refreshFeatures: () => Promise.resolve() };
  const { runId } = await submitNightly(deps, new Date(Date.UTC(2026, 0, 1 + night++)));
  return runId!;
}

/** Makes these the only active segments. */
async function activeSegments(rules: readonly unknown[]): Promise<SegmentRecord[]> {
  await service.sql('UPDATE segcast.segments SET is_active = false');
  const segments: SegmentRecord[] = [];
  for (const [i, rule] of rules.entries()) {
    const churnThresholds = { high: 0.3 + (i % 4) / 10, medium: 0.1 + (i % 3) / 20 };
    segments.push(await service.segment(rule, i % 2 === 0 ? {} : { churnThresholds }));
  }
  return segments;
}

/** What a run found of a segment: its stats and counts, its ordered predictions and its failures. */
async function outcomeOf(runId: string, segmentId: number) {
  const { status, stats, processed, successful, failed, imputed } = await readRunRecord(
    service.store,
    runId,
    segmentId,
  );
  expect(status).toBe('succeeded');
  const [predictions] = await service.sql<{ all: string | null }>(
    `SELECT string_agg((to_jsonb(p) - 'run_id' - 'finished_at')::text, E'\\n'
       ORDER BY customer_id COLLATE "C") AS all
     FROM segcast.predictions p WHERE run_id = $1 AND segment_id = $2`,
    [runId, segmentId],
  );
  const failures = await everything((cursor) => {
    return listErrors(service, runId, { limit: 3, cursor }, segmentId);
  });
  return {
    stats: JSON.stringify(stats),
    counts: [processed, successful, failed, imputed],
    predictions: createHash('sha256')
      .update(predictions?.all ?? '')
      .digest('hex'),
    failures: failures.sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1)),
  };
}

async function everything<T>(
  page: (cursor: string | undefined) => Promise<{ results: T[]; next_cursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { results, next_cursor } = await page(cursor);
    all.push(...results);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const WAY: Way = { shardSize: 1000, batchSize: 1000, seed: 1, workers: 1 };
const way: fc.Arbitrary<Way> = fc.record({
  shardSize: fc.constantFrom(40, 120, 1000),
  batchSize: fc.constantFrom(...BATCH_SIZES),
  seed: fc.integer({ min: 1, max: 96 }),
  workers: fc.constantFrom(1, 3),
});
const OVERLAPPING = [
  { '>': [{ var: 'total_revenue' }, 1000] },
  { '<': [{ var: 'product_count' }, 30] },
  { '!=': [{ var: 'country' }, 'GB'] },
];
const manyRules = fc.array(ruleJson, { minLength: 4, maxLength: 40 });

it('is to each segment what its own run would be, to the byte', async () => {
  const seen = { members: 0, failed: 0, segments: 0 };
  await fc.assert(
    fc.asyncProperty(manyRules, way, async (rules, nightlyWay) => {
      const segments = await activeSegments([...OVERLAPPING, ...rules]);
      const nightly = await submit();
      await work(nightly, nightlyWay);
      for (const segment of segments) {
        const own = await service.submit(segment);
        await work(own, WAY);
        const found = await outcomeOf(nightly, segment.id);
        expect(found, JSON.stringify(segment.rules)).toEqual(await outcomeOf(own, segment.id));
        seen.members += found.counts[0]!;
        seen.failed += found.counts[2]!;
        seen.segments++;
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
  expect(seen.members / seen.segments).toBeGreaterThan(50);
  expect(seen.failed).toBeGreaterThan(0);
}, 240_000);

it('lists the results of a segment in pages of any size, and those of all', async () => {
  const segments = await activeSegments([
    OVERLAPPING[0],
    { '==': [{ var: 'country' }, 'DE'] },
    false,
  ]);
  const runId = await submit();
  await work(runId, { ...WAY, shardSize: 150 });
  const own = await service.submit(segments[0]!);
  await work(own, { ...WAY, shardSize: 150 });
  const expected = await everything((cursor) => listResults(service, own, { limit: 1000, cursor }));
  expect(expected.length).toBeGreaterThan(200);
  for (const limit of [7, 64, 1000]) {
    const listed = await everything((cursor) => {
      return listResults(service, runId, { limit, cursor }, segments[0]!.id);
    });
    expect(listed).toEqual(expected);
  }
  const [first, , nobody] = segments;
  const seen = await readRun(service, runId, first!.id);
  expect(seen).toMatchObject({ mode: 'nightly', segment_id: first!.id, has_more_results: true });
  expect(seen.results).toEqual(expected.slice(0, 100));
  expect(seen.segments).toBeUndefined();
  expect(seen.links['results']).toContain(`?segment_id=${first!.id}`);
  expect((await readRun(service, runId, nobody!.id)).results).toEqual([]);

  const whole = await readRun(service, runId);
  const union = await service.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM described WHERE total_revenue > 1000 OR country = 'DE'`,
  );
  expect(whole).toMatchObject({
    segment_id: null,
    total_customers: union[0]!.n,
    churn_thresholds: { high: 0.7, medium: 0.4 },
    rule_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(whole.segments).toHaveLength(3);
  expect(whole.segments![0]).toMatchObject({
    segment_id: first!.id,
    total_customers: seen.total_customers,
    aggregated_stats: seen.aggregated_stats,
    error: null,
  });
  const all = await everything((cursor) => listResults(service, runId, { limit: 300, cursor }));
  expect(all).toHaveLength(whole.successful);
  await expect(readRun(service, runId, 2_000_000_000)).rejects.toMatchObject({
    code: 'segment_not_found',
  });
});

it('shows of each segment what its shards have counted so far', async () => {
  const segments = await activeSegments([{}, OVERLAPPING[1]]);
  const runId = await submit();
  await work(runId, { ...WAY, shardSize: 100 }, 0.4);
  const whole = await readRun(service, runId);
  expect(whole).toMatchObject({ status: 'running', partial: true });
  expect(whole.processed).toBeGreaterThan(50);
  expect(whole.segments![0]).toMatchObject({
    total_customers: whole.processed,
    aggregated_stats: { churn: { count: whole.successful } },
  });
  const part = await readRun(service, runId, segments[1]!.id);
  expect(part.processed).toBe(whole.segments![1]!.total_customers);
  expect(part.processed).toBeGreaterThan(0);
  const { processed, total } = whole.progress;
  expect(part.progress).toMatchObject({ processed, total });
});

it('leaves out a segment whose rule the warehouse no longer fits, and no other', async () => {
  const [sound, broken] = await activeSegments([OVERLAPPING[0], {}]);
  await updateSegment(service.store, broken!.id, { rules: { '>': [{ var: 'gone' }, 1] } });
  const runId = await submit();
  await work(runId, WAY);
  expect(await readRun(service, runId, sound!.id)).toMatchObject({ status: 'succeeded' });
  expect(await readRun(service, runId, broken!.id)).toMatchObject({
    status: 'failed',
    error: { code: 'invalid_rule' },
    processed: 0,
    results: [],
  });
  const whole = await readRun(service, runId);
  expect(whole).toMatchObject({ status: 'succeeded', error: null });
  expect(whole.segments!.map(({ error }) => error?.code ?? null)).toEqual([null, 'invalid_rule']);

  await service.sql('UPDATE segcast.segments SET is_active = id = $1', [broken!.id]);
  const hopeless = await submit();
  await expect(work(hopeless, WAY)).rejects.toMatchObject({ code: 'invalid_rule' });
  expect(await readRun(service, hopeless)).toMatchObject({ status: 'failed' });
});

it('reads nobody for segments without members, and submits nothing when none is active', async () => {
  await activeSegments([false, { '==': [{ var: 'country' }, 'XX'] }]);
  const runId = await submit();
  await work(runId, WAY);
  expect(await readRun(service, runId)).toMatchObject({ status: 'succeeded', total_customers: 0 });
  await service.sql('UPDATE segcast.segments SET is_active = false');
  expect(await submit()).toBeNull();
});
