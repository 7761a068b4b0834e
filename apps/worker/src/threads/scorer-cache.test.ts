import { createEngine, DEFAULT_RFM_SETTINGS, loadModels } from '@segcast/scoring';
import type { ClaimedShard } from '@segcast/store';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ScorerCache } from './scorer-cache.ts';

const MODELS_DIR = join(import.meta.dirname, '../../../../models');
const NOTHING = new Float64Array(4);

let cache: ScorerCache;

beforeEach(async () => {
  const checkModels = Object.values(await loadModels(MODELS_DIR));
  const engine = await createEngine({ preference: 'tfjs-wasm', checkModels });
  cache = new ScorerCache({ engine, modelsDir: MODELS_DIR, batchSize: 4 });
});

function shardOf(type: ClaimedShard['type'], mostRecent = 30): ClaimedShard {
  const model = { version: 'placeholder-1', placeholder: true };
  return {
    runId: '01890a5d-ac96-774b-bcce-b302099a8057',
    shard: 0,
    attempt: 1,
    range: { lo: null, hi: null },
    type,
    engine: 'tfjs-wasm',
    models: { churn: model, nbo: model },
    rfmSettings: { ...DEFAULT_RFM_SETTINGS, recency: [mostRecent, 60, 90, 180] },
    segmentId: 1,
    segmentName: 'Everyone',
    rules: {},
    ruleHash: '',
    churnThresholds: { high: 0.7, medium: 0.4 },
  };
}

test('shards of like runs share a scorer, others have their own', async () => {
  const all = await cache.scorerFor(shardOf('all'));
  expect(await cache.scorerFor({ ...shardOf('all'), shard: 9, attempt: 2 })).toBe(all);
  const churn = await cache.scorerFor(shardOf('churn'));
  expect(churn.predictors).toEqual(['churn']);
  expect(await cache.scorerFor(shardOf('all', 20))).not.toBe(all);
  expect(await cache.scorerFor(shardOf('all'))).toBe(all);
});

test('the one that was not used for longest is forgotten', async () => {
  const first = await cache.scorerFor(shardOf('all', 1));
  const second = await cache.scorerFor(shardOf('all', 2));
  for (const days of [3, 4]) await cache.scorerFor(shardOf('all', days));
  expect(await cache.scorerFor(shardOf('all', 1))).toBe(first);
  await cache.scorerFor(shardOf('all', 5));
  expect(await cache.scorerFor(shardOf('all', 1))).toBe(first);
  expect(await cache.scorerFor(shardOf('all', 2))).not.toBe(second);
  const batch = {
    size: 4,
    columns: first.columns.map(() => NOTHING),
    nulls: first.columns.map(() => new Uint8Array(4)),
  };
  expect(() => second.score(batch)).toThrow();
  expect(first.score(batch).size).toBe(4);
});

test('a version that is gone is refused, and that is not remembered', async () => {
  const gone = { ...shardOf('churn'), models: { churn: { version: 'gone', placeholder: false } } };
  await expect(cache.scorerFor(gone)).rejects.toMatchObject({ code: 'invalid_model' });
  await expect(cache.scorerFor(gone)).rejects.toMatchObject({ code: 'invalid_model' });
});
