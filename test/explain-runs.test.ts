import type {
  AllResult,
  ChurnResult,
  CustomerPrediction,
  ModelDetail,
  Run,
  SegmentDrivers,
} from '@segcast/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { registerVersion, versionFiles } from './support/model-versions.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer({ shardSize: 300 });
  await api.startWorkers();
});
afterAll(() => api.close());

async function scored(segmentId: number, body: object): Promise<Run> {
  const headers = { prefer: 'wait=60' };
  const answer = await api.call('POST', `/segments/${segmentId}/ml/predict/`, { body, headers });
  return answer.body as Run;
}

const driversOf = async (id: number) =>
  (await api.call('GET', `/segments/${id}/ml/drivers/`)).body as SegmentDrivers;

test('a run that is asked to explain leaves what drives its members’ churn', async () => {
  const { id } = await api.service.segment();
  expect(await driversOf(id)).toMatchObject({ run_id: null, baseline: null, drivers: [] });
  const plain = await scored(id, { type: 'churn' });
  expect((await driversOf(id)).run_id).toBeNull();
  const run = await scored(id, { type: 'churn', explain: true });
  expect(run.status).toBe('succeeded');
  expect(run.aggregated_stats).toEqual(plain.aggregated_stats);
  const drivers = await driversOf(id);
  expect(drivers).toMatchObject({ run_id: run.run_id, model_version: 'placeholder-1' });
  // A hundred of the thousand, about.
  expect(Math.abs(drivers.explained_members - 100)).toBeLessThan(50);
  expect(drivers.drivers).toHaveLength(10);
  const again = await scored(id, { type: 'all', explain: true });
  expect(await driversOf(id)).toEqual({
    ...drivers,
    run_id: again.run_id,
    computed_at: again.finished_at,
  });
});

test('asking to explain decides the result, so the run is another one', async () => {
  const { id } = await api.service.segment();
  await api.service.sql('UPDATE segcast.runs SET not_before = now()');
  const submit = async (body: object) =>
    (await api.call('POST', `/segments/${id}/ml/predict/`, { body })).body as Run;
  const [plain, explained] = [await submit({ type: 'all' }), await submit({ explain: true })];
  expect(explained.run_id).not.toBe(plain.run_id);
});

test('what cannot be explained is refused', async () => {
  const { id } = await api.service.segment();
  const refused = await api.call('POST', `/segments/${id}/ml/predict/`, {
    body: { type: 'rfm', explain: true },
  });
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(refused.body).toMatchObject({ errors: [{ pointer: '/explain' }] });
});

test('one customer’s churn is the baseline and the contributions of its inputs', async () => {
  const ask = async (body: object) =>
    (await api.call('POST', '/customers/C000042/ml/predict/', { body })).body as CustomerPrediction;
  const { result } = await ask({ type: 'churn', explain: true });
  const { churn_probability, explanation } = result as ChurnResult;
  const sum = explanation!.contributions.reduce((total, each) => total + each.contribution, 0);
  expect(Math.abs(explanation!.baseline + sum - churn_probability)).toBeLessThan(1e-5);
  expect(explanation!.contributions).toHaveLength(10);
  // 42 is a multiple of seven, whose revenue is unknown.
  expect(explanation!.contributions).toContainEqual(
    expect.objectContaining({ feature: 'total_revenue', value: null }),
  );
  expect((await ask({ type: 'churn' })).result).not.toHaveProperty('explanation');
  const all = (await ask({ explain: true })).result as AllResult;
  expect(all.churn.explanation).toEqual(explanation);
  const refused = await api.call('POST', '/customers/C000042/ml/predict/', {
    body: { type: 'nbo', explain: true },
  });
  expect(refused.body).toMatchObject({ errors: [{ pointer: '/explain' }] });
});

/** Inputs as if training had met these customers, whose product counts are even from 0 to 39. */
async function withHistogram() {
  const files = await versionFiles({ name: 'churn', version: 'any' });
  const { inputs } = JSON.parse(files.get('manifest.json')!.toString()) as {
    inputs: { column: string }[];
  };
  const histogram = { edges: [10, 20, 30], counts: [250, 250, 250, 250], nulls: 0 };
  return {
    inputs: inputs.map((input) =>
      input.column === 'product_count' ? { ...input, histogram } : input,
    ),
  };
}

test('a run measures the drift of a model with histograms, warns of it, and the model shows it', async () => {
  const version = 'measured';
  const changes = await withHistogram();
  await registerVersion(api.service.store, { name: 'churn', version, changes });
  await api.call('POST', '/ml/models/churn/activate/', { body: { version } });
  expect(((await api.call('GET', '/ml/models/churn/')).body as ModelDetail).drift).toBeNull();
  const { id } = await api.service.segment();
  const everyone = await scored(id, { type: 'churn' });
  expect(everyone.warning ?? '').not.toMatch(/PSI/);
  const { body } = await api.call('GET', '/ml/models/churn/');
  expect((body as ModelDetail).drift).toMatchObject({
    run_id: everyone.run_id,
    inputs: [{ column: 'product_count', state: 'stable' }],
  });
  const few = await api.service.segment({ '<': [{ var: 'product_count' }, 10] });
  const shifted = await scored(few.id, { type: 'churn' });
  expect(shifted.warning).toMatch(/churn measured has learnt from in product_count \(PSI \d/);
});
