import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { planShards, runShard, scoreShard } from '@segcast/runs';
import { readRunRecord, type RunRecord, type SegmentRecord } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import { createScorer, DEFAULT_RFM_SETTINGS, createEngine, loadModels } from '@segcast/scoring';
import { PREDICTORS } from '@segcast/contracts';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRunService, customersSql, type RunService } from './support/run-service.ts';

const COUNT = 700;
const BROKEN = 9;
/** Relations with the same customers in different physical orders. */
const ORDERS = {
  customers: 'in order',
  backwards: 'customer_id DESC',
  shuffled: 'md5(customer_id)',
  interleaved: 'right(customer_id, 2), customer_id',
};
const BATCH_SIZES = [1, 3, 64, 1000];

let service: RunService;
let segment: SegmentRecord;
let baseline: Outcome;
const scorers = new Map<number, Awaited<ReturnType<typeof createScorer>>>();
let disposeEngine: () => void;

beforeAll(async () => {
  service = await createRunService({
    customers: customersSql(COUNT, { broken: BROKEN }),
    shardSize: COUNT * 2,
  });
  for (const [name, order] of Object.entries(ORDERS).slice(1)) {
    await service.sql(
      `CREATE TABLE ${name} AS SELECT * FROM customers ORDER BY ${order}; ANALYZE ${name}`,
    );
  }
  const models = await loadModels(join(import.meta.dirname, '../models'));
  const engine = await createEngine({ preference: 'tfjs-wasm', checkModels: [] });
  disposeEngine = () => engine.dispose();
  for (const batchSize of BATCH_SIZES) {
    const rfm = DEFAULT_RFM_SETTINGS;
    scorers.set(
      batchSize,
      await createScorer({ engine, models, predictors: PREDICTORS, rfm, batchSize }),
    );
  }
  segment = await service.segment({ '!=': [{ var: 'country' }, 'GB'] });
  baseline = await scoreBy('customers', { shardSize: COUNT * 2, batchSize: 1000, seed: 1 });
});
afterAll(async () => {
  disposeEngine();
  await service.close();
});

interface Outcome {
  stats: string;
  counts: Pick<RunRecord, 'processed' | 'successful' | 'failed' | 'imputed'>;
  predictions: string;
  /** The ids in the order in which they are listed. */
  listed: string;
  failures: string;
}

interface Way {
  shardSize: number;
  batchSize: number;
  /** Of the order in which the shards are done. */
  seed: number;
}

async function scoreBy(relation: string, { shardSize, batchSize, seed }: Way): Promise<Outcome> {
  const runId = await service.submit(segment);
  const warehouse = openWarehouse({
    url: service.url,
    relation,
    statementTimeoutMs: 60_000,
    poolMax: 2,
  });
  await planShards({ ...service.planDeps, warehouse, shardSize }, { run_id: runId, dispatch: 0 });
  const scoreDeps = {
    ...service.scoreDeps,
    warehouse,
    batchSize,
    scorerFor: () => Promise.resolve(scorers.get(batchSize)!),
  };
  const deps = {
    ...service.shardDeps,
    scoreShard: (shard: Parameters<typeof scoreShard>[1], signal: AbortSignal) =>
      scoreShard(scoreDeps, shard, signal),
  };
  const shards = await service.shards(runId);
  shards.sort((a, b) => ((a * seed) % 97) - ((b * seed) % 97));
  for (const shard of shards) await runShard(deps, { run_id: runId, shard, dispatch: 0 });
  await warehouse.close();
  return outcomeOf(runId);
}

async function outcomeOf(runId: string): Promise<Outcome> {
  const { status, stats, processed, successful, failed, imputed } = await readRunRecord(
    service.store,
    runId,
  );
  expect(status).toBe('succeeded');
  const digest = async (query: string) => {
    const rows = await service.sql(query, [runId]);
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  };
  return {
    stats: JSON.stringify(stats),
    counts: { processed, successful, failed, imputed },
    predictions: await digest(
      `SELECT (to_jsonb(p) - 'run_id' - 'finished_at')::text AS p
       FROM segcast.predictions p WHERE run_id = $1 ORDER BY customer_id COLLATE "C"`,
    ),
    listed: await digest(
      `SELECT u.id FROM segcast.prediction_chunks c,
         unnest(c.customer_ids) WITH ORDINALITY AS u (id, n)
       WHERE run_id = $1 ORDER BY shard, chunk, n`,
    ),
    failures: await digest(
      `SELECT customer_id, code, error FROM segcast.prediction_failures
       WHERE run_id = $1 ORDER BY customer_id COLLATE "C"`,
    ),
  };
}

it('has something to compare', () => {
  expect(baseline.counts.processed).toBeGreaterThan(400);
  expect(baseline.counts.failed).toBeGreaterThan(0);
  expect(baseline.counts.imputed).toBeGreaterThan(0);
});

// With sums of floats the last bits of every average depend on the order of rows, batches and
// shards; with results in the order of arrival so do the chunks.
it('comes to the same bytes whatever the order of rows, the shards and the batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(ORDERS)),
      fc.record({
        shardSize: fc.constantFrom(30, 100, 333, 1400),
        batchSize: fc.constantFrom(...BATCH_SIZES),
        seed: fc.integer({ min: 1, max: 96 }),
      }),
      async (relation, way) => {
        expect(await scoreBy(relation, way)).toEqual(baseline);
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
});
