import { beforeEach, expect, test } from 'vitest';
import { createEngine } from '../engine/create-engine.ts';
import { DEFAULT_RFM_SETTINGS } from '../rfm/rfm-settings.ts';
import { loadModels } from '../models/load-models.ts';
import { loadCommittedModels, MODELS_DIR } from '../testing/committed-models.ts';
import { ScorerCache, type ScorerSettings } from './scorer-cache.ts';

const NOTHING = new Float64Array(4);

let cache: ScorerCache;

beforeEach(async () => {
  const checkModels = Object.values(await loadCommittedModels());
  const engine = await createEngine({ preference: 'tfjs-wasm', checkModels });
  const load = (versions: object) => loadModels(MODELS_DIR, versions);
  cache = new ScorerCache({ engine, loadModels: load, batchSize: 4 });
});

function settingsOf(type: ScorerSettings['type'], mostRecent = 30): ScorerSettings {
  const model = { version: 'placeholder-1', placeholder: true };
  return {
    type,
    models: { churn: model, nbo: model },
    rfmSettings: { ...DEFAULT_RFM_SETTINGS, recency: [mostRecent, 60, 90, 180] },
  };
}

test('equal settings share a scorer, others have their own', async () => {
  const all = await cache.scorerFor(settingsOf('all'));
  expect(await cache.scorerFor(settingsOf('all'))).toBe(all);
  const churn = await cache.scorerFor(settingsOf('churn'));
  expect(churn.predictors).toEqual(['churn']);
  expect(await cache.scorerFor(settingsOf('all', 20))).not.toBe(all);
  expect(await cache.scorerFor(settingsOf('all'))).toBe(all);
});

test('the one that was not used for longest is forgotten', async () => {
  const first = await cache.scorerFor(settingsOf('all', 1));
  const second = await cache.scorerFor(settingsOf('all', 2));
  for (const days of [3, 4]) await cache.scorerFor(settingsOf('all', days));
  expect(await cache.scorerFor(settingsOf('all', 1))).toBe(first);
  await cache.scorerFor(settingsOf('all', 5));
  expect(await cache.scorerFor(settingsOf('all', 1))).toBe(first);
  expect(await cache.scorerFor(settingsOf('all', 2))).not.toBe(second);
  const batch = {
    size: 4,
    columns: first.columns.map(() => NOTHING),
    nulls: first.columns.map(() => new Uint8Array(4)),
  };
  expect(() => second.score(batch)).toThrow();
  expect(first.score(batch).size).toBe(4);
});

test('a version that is gone is refused, and that is not remembered', async () => {
  const gone = {
    ...settingsOf('churn'),
    models: { churn: { version: 'gone', placeholder: false } },
  };
  await expect(cache.scorerFor(gone)).rejects.toMatchObject({ code: 'invalid_model' });
  await expect(cache.scorerFor(gone)).rejects.toMatchObject({ code: 'invalid_model' });
});

test('those who ask at once share one too', async () => {
  const [one, other] = await Promise.all([
    cache.scorerFor(settingsOf('churn')),
    cache.scorerFor(settingsOf('churn')),
  ]);
  expect(other).toBe(one);
});
