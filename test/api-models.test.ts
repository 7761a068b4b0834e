import type { ModelComparison, ModelDetail, MlStatus, Run } from '@segcast/contracts';
import { takeQuintiles } from '@segcast/runs';
import { DEFAULT_RFM_SETTINGS } from '@segcast/scoring';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { registerVersion } from './support/model-versions.ts';

let api: ApiServer;
let segmentId = 0;
const recency = { recency: { auc: 0.7 } };

beforeAll(async () => {
  api = await startApiServer();
  const { store } = api.service;
  await registerVersion(store, { name: 'churn', version: 'good', metrics: { auc: 0.8 } });
  const worse = { auc: 0.75, baselines: recency };
  await registerVersion(store, { name: 'churn', version: 'worse', metrics: worse });
  segmentId = (await api.service.segment()).id;
});
afterAll(() => api.close());

const activate = (version: string, more = {}) =>
  api.call('POST', '/ml/models/churn/activate/', { body: { version, ...more } });

beforeEach(async () => {
  await activate('placeholder-1', { force: true });
  await activate('good');
});

describe('the models', () => {
  test('are listed with their versions in use', async () => {
    const { status, body } = await api.call('GET', '/ml/models/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      results: [
        { name: 'churn', active_version: 'good', placeholder: false, versions: 3 },
        { name: 'nbo', active_version: 'placeholder-1', placeholder: true, metrics: null },
      ],
      next_cursor: null,
    });
  });

  test('are shown with every version and its figures', async () => {
    const churn = (await api.call('GET', '/ml/models/churn')).body as ModelDetail;
    expect(churn.warning).toBeNull();
    expect(churn.versions.map(({ version, active }) => [version, active]).sort()).toEqual([
      ['good', true],
      ['placeholder-1', false],
      ['worse', false],
    ]);
    const worse = churn.versions.find(({ version }) => version === 'worse');
    expect(worse).toMatchObject({ source: 'trained', metrics: { auc: 0.75, baselines: recency } });
    expect(worse?.inputs).toContain('days_since_last_transaction');
    const nbo = (await api.call('GET', '/ml/models/nbo/')).body as ModelDetail;
    expect(nbo.warning).toMatch(/placeholder/);
  });

  test('that do not exist are problems', async () => {
    expect((await api.call('GET', '/ml/models/other/')).status).toBe(400);
    expect((await api.call('GET', '/ml/models/rfm/')).body).toMatchObject({
      code: 'model_not_found',
    });
    expect((await activate('none')).body).toMatchObject({ code: 'model_not_found', status: 404 });
  });

  test('are compared, and what speaks against a switch is said', async () => {
    const { body } = await api.call('GET', '/ml/models/churn/compare/?a=worse');
    const comparison = body as ModelComparison;
    expect(comparison).toMatchObject({ a: { version: 'worse' }, b: { version: 'good' } });
    expect(comparison.differences.auc).toBeCloseTo(-0.05, 10);
    expect(comparison.objection).toMatch(/0\.750.*0\.800/);
    const { body: other } = await api.call('GET', '/ml/models/churn/compare/?a=good&b=worse');
    expect((other as ModelComparison).objection).toBeNull();
  });
});

describe('a switch', () => {
  test('to a worse version is refused with the figures, and forced all the same', async () => {
    const refused = await activate('worse');
    expect(refused).toMatchObject({ status: 409, body: { code: 'model_worse' } });
    expect((refused.body as { detail: string }).detail).toMatch(/0\.750.*0\.800/);
    expect((await activate('worse', { force: true })).body).toEqual({
      name: 'churn',
      previous_version: 'good',
      active_version: 'worse',
    });
    expect((await api.call('POST', '/ml/models/churn/rollback/')).body).toMatchObject({
      active_version: 'good',
    });
  });

  test('is seen by the next submit and by what is shown; a run keeps what it started with', async () => {
    const submit = async () =>
      (await api.call('POST', `/segments/${segmentId}/ml/predict/`)).body as Run;
    const before = await submit();
    await activate('worse', { force: true });
    const after = await submit();
    expect(before.models.churn).toEqual({ version: 'good', placeholder: false });
    expect(after.models.churn).toEqual({ version: 'worse', placeholder: false });
    expect(after.run_id).not.toBe(before.run_id);
    const status = (await api.call('GET', '/ml/status/')).body as MlStatus;
    expect(status.models.churn.version).toBe('worse');
    expect(
      ((await api.call('GET', `/ml/runs/${before.run_id}/`)).body as Run).models.churn,
    ).toEqual(before.models.churn);
  });

  test('of RFM bounds is refused where the configuration decides, quintiles are gone back to', async () => {
    const first = await takeQuintiles(api.service, DEFAULT_RFM_SETTINGS);
    await api.service.sql('UPDATE customers SET total_revenue = total_revenue + 1');
    const second = await takeQuintiles(api.service, DEFAULT_RFM_SETTINGS);
    const { body } = await api.call('POST', '/ml/models/rfm/rollback/');
    expect(body).toEqual({
      name: 'rfm',
      previous_version: second.version,
      active_version: first.version,
    });
    const shown = (await api.call('GET', '/ml/models/rfm/')).body as ModelDetail;
    expect(shown.versions.find(({ active }) => active)?.rfm).toEqual({
      recency: first.settings.recency,
      frequency: first.settings.frequency,
      monetary: first.settings.monetary,
    });
  });
});
