import {
  trainRequestSchema,
  type ChurnResult,
  type CustomerPrediction,
  type Run,
} from '@segcast/contracts';
import { registerModelVersion } from '@segcast/registry';
import { trainModel } from '@segcast/training';
import { generateCustomers } from '@segcast/warehouse';
import { expect, test } from 'vitest';
import { startApiServer } from './support/api-server.ts';

test('a BG/NBD model tells churn within its horizon, and who asks why also hears of the lifetime', async () => {
  const api = await startApiServer({ customers: 'SELECT 1' });
  try {
    const { url, store, warehouse } = api.service;
    await generateCustomers(url, {
      ...{ customers: 2000, seed: 1, relation: 'customers', asOf: '2025-06-30' },
    });
    warehouse.invalidate();
    const request = trainRequestSchema.parse({ method: 'bgnbd' });
    const { card, files } = await trainModel(warehouse, 'churn', request);
    await registerModelVersion(store, files, 'trained');
    const activation = { version: card.version, force: true };
    const activated = await api.call('POST', '/ml/models/churn/activate/', { body: activation });
    expect(activated.status).toBe(200);

    const [{ customer }] = (await api.service.sql(
      'SELECT max(customer_id) AS customer FROM customers',
    )) as [{ customer: string }];
    const ask = async (explain: boolean) => {
      const body = { type: 'churn', explain };
      const answer = await api.call('POST', `/customers/${customer}/ml/predict/`, { body });
      expect(answer).toMatchObject({ status: 200 });
      return (answer.body as CustomerPrediction).result as ChurnResult;
    };
    const { churn_probability, explanation } = await ask(true);
    const { probability_alive, expected_purchases, horizon_days } = explanation!.lifetime!;
    expect(horizon_days).toBe(card.training.horizon_days);
    expect(probability_alive).toBeGreaterThan(0);
    expect(probability_alive).toBeLessThanOrEqual(1);
    expect(expected_purchases).toBeGreaterThan(0);
    expect(churn_probability).toBeGreaterThan(0);
    expect(await ask(false)).toEqual({ ...(await ask(true)), explanation: undefined });

    await api.startWorkers();
    const { id } = await api.service.segment({ '==': [{ var: 'customer_id' }, customer] });
    const scored = await api.call('POST', `/segments/${id}/ml/predict/`, {
      body: { type: 'churn' },
      headers: { prefer: 'wait=60' },
    });
    expect((scored.body as Run).results).toEqual([
      { customer_id: customer, result: await ask(false) },
    ]);
  } finally {
    await api.close();
  }
});
