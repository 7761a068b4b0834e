import type { CatalogueOffer, NboResult, Run } from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
let run: Run;
beforeAll(async () => {
  api = await startApiServer();
  await api.startWorkers();
  const { id } = await api.service.segment();
  const options = { body: { type: 'nbo' }, headers: { Prefer: 'wait=60' } };
  run = (await api.call('POST', `/segments/${id}/ml/predict/`, options)).body as Run;
});
afterAll(() => api.close());

const list = async () =>
  ((await api.call('GET', '/offers/')).body as { results: CatalogueOffer[] }).results;
const results = async () => {
  const { body } = await api.call('GET', `/ml/runs/${run.run_id}/results/`);
  return (body as { results: { result: NboResult }[] }).results;
};

describe('the catalogue of offers', () => {
  it('has a named offer for each output of the model, in its order', async () => {
    const offers = await list();
    expect(offers.map(({ offer_id }) => offer_id)).toEqual(
      Array.from({ length: 8 }, (_, n) => `offer_${n}`),
    );
    expect(offers[3]).toMatchObject({ offer_name: 'Loyalty Points Boost', category: 'Loyalty' });
    expect(offers.every(({ updated_at }) => updated_at === null)).toBe(true);
  });

  it('names results anew, those of old runs too, and changes no number', async () => {
    const before = await results();
    const body = { offer_name: "Anna's <b>offer</b>", category: 'New', description: 'For a test.' };
    const changed = await api.call('PUT', '/offers/offer_3/', { body });
    expect(changed).toMatchObject({ status: 200, body: { offer_id: 'offer_3', ...body } });
    expect((changed.body as CatalogueOffer).updated_at).not.toBeNull();

    const renamed = before.map((item) => ({
      ...item,
      result: {
        ...item.result,
        offers: item.result.offers.map((offer) =>
          offer.offer_id === 'offer_3'
            ? { ...offer, offer_name: body.offer_name, category: 'New' }
            : offer,
        ),
      },
    }));
    expect(await results()).toEqual(renamed);
    const again = (await api.call('GET', `/ml/runs/${run.run_id}/`)).body as Run;
    expect(again.results.slice(0, renamed.length)).toEqual(renamed);
    expect(again.aggregated_stats).toEqual(run.aggregated_stats);
  });

  it('leaves the description out where there is none', async () => {
    const body = { offer_name: 'Plain', category: 'None' };
    await api.call('PUT', '/offers/offer_0/', { body });
    expect((await list())[0]).toMatchObject({ ...body, description: '' });
  });

  it('refuses names that are none and offers that the model does not have', async () => {
    const blank = await api.call('PUT', '/offers/offer_0/', { body: { offer_name: ' ' } });
    expect(problemOf(blank).errors?.map(({ pointer }) => pointer)).toEqual([
      '/offer_name',
      '/category',
    ]);
    const body = { offer_name: 'A', category: 'B' };
    const unknown = await api.call('PUT', '/offers/offer_8/', { body });
    expect(problemOf(unknown)).toMatchObject({ status: 404, code: 'offer_not_found' });
    expect((await api.call('DELETE', '/offers/offer_0/')).headers.get('allow')).toBe(
      'PUT, OPTIONS',
    );
  });
});
