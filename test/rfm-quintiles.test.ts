import { readRfmVersion } from '@segcast/registry';
import { takeQuintiles } from '@segcast/runs';
import { DEFAULT_RFM_SETTINGS } from '@segcast/scoring';
import { readActiveModels } from '@segcast/store';
import { readQuintiles } from '@segcast/warehouse';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService();
});
afterAll(() => service.close());

async function customersWith(revenues: readonly (number | null)[]): Promise<void> {
  await service.sql('TRUNCATE customers');
  await service.sql(
    `INSERT INTO customers (customer_id, total_revenue, avg_transaction_value,
       days_since_last_transaction, transaction_count)
     SELECT 'C' || n, CASE WHEN abs(v) < 1000 THEN round(v::numeric, 2) END, v, CASE WHEN abs(v) < 1000 THEN abs(v)::int END, 7
     FROM unnest($1::float8[]) WITH ORDINALITY AS u (v, n)`,
    [revenues],
  );
}

/** Each value's score by the definition: the fifth in which the middle of its customers lies. */
function scoreOf(value: number, values: readonly number[]): number {
  const below = values.filter((other) => other < value).length;
  const equal = values.filter((other) => other === value).length;
  return Math.min(5, 1 + Math.floor(((below + equal / 2) * 5) / values.length));
}

describe('quintiles', () => {
  test('give every value the fifth of the middle of its customers, ties and all', async () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constant(0));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 40 }), async (values) => {
        await customersWith(values);
        const bounds = (await readQuintiles(service.warehouse, 'avg_transaction_value', 'rising'))!;
        for (const each of values) {
          const score = 1 + bounds.filter((bound) => each >= bound).length;
          expect([each, score]).toEqual([each, scoreOf(each, values)]);
        }
        const negated = values.map((each) => -each);
        const falling = (await readQuintiles(
          service.warehouse,
          'avg_transaction_value',
          'falling',
        ))!;
        for (const each of values) {
          const score = 1 + falling.filter((bound) => each <= bound).length;
          expect([each, score]).toEqual([each, scoreOf(-each, negated)]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('count nulls and what is not finite for nothing', async () => {
    await customersWith([null, 1, 2, NaN, 3, 4, Infinity, 5, -Infinity]);
    const bounds = await readQuintiles(service.warehouse, 'avg_transaction_value', 'rising');
    expect(bounds).toEqual([2, 3, 4, 5]);
    await customersWith([null, NaN]);
    expect(await readQuintiles(service.warehouse, 'avg_transaction_value', 'rising')).toBeNull();
  });

  test('of a column that is no number are refused by name', async () => {
    for (const column of ['country', 'none']) {
      const refused = readQuintiles(service.warehouse, column, 'rising');
      await expect(refused).rejects.toMatchObject({ code: 'warehouse_invalid' });
      await expect(refused).rejects.toThrow(column);
    }
  });
});

describe('RFM by quintiles', () => {
  beforeEach(() => customersWith(Array.from({ length: 100 }, (_, n) => 1 + (n % 50))));

  test('is a version like a model: equal bounds are the same one, others another', async () => {
    const first = await takeQuintiles(service, DEFAULT_RFM_SETTINGS);
    expect(first.version).toMatch(/^quantile-[0-9a-f]{8}$/);
    // Everybody has seven transactions: they all stand in the middle.
    expect(first.settings.frequency).toEqual([8, 8, 7, 7]);
    expect(first.settings.recency).toEqual([10, 20, 30, 40]);
    expect(await readRfmVersion(service.store, first.version)).toEqual(first.settings);
    expect((await takeQuintiles(service, DEFAULT_RFM_SETTINGS)).version).toBe(first.version);
    await service.sql(`UPDATE customers SET total_revenue = total_revenue * 2`);
    const second = await takeQuintiles(service, DEFAULT_RFM_SETTINGS);
    expect(second.version).not.toBe(first.version);
    expect(second.switched).toEqual({ from: first.version, to: second.version });
  });

  test('is frozen into a run, shown by it, and spreads customers evenly', async () => {
    const { version } = await takeQuintiles(service, DEFAULT_RFM_SETTINGS);
    const runId = await service.plan(await service.segment(), 'rfm');
    await service.sql(`UPDATE customers SET total_revenue = total_revenue + 100`);
    await takeQuintiles(service, DEFAULT_RFM_SETTINGS);
    const run = await service.finish(runId);
    expect(run.models.rfm).toEqual({ version, placeholder: false });
    expect(run.aggregated_stats.rfm).toMatchObject({ avg_r: 3, avg_f: 3, count: 100 });
    const active = await readActiveModels(service.store);
    expect(active.find(({ model }) => model === 'rfm')?.version).not.toBe(version);
  });
});
