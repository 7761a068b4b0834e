import { PREDICTORS } from '@segcast/contracts';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../engine/create-engine.ts';
import { OFFER_IDS } from '../models/model-manifest.ts';
import { DEFAULT_RFM_SETTINGS } from '../rfm/rfm-settings.ts';
import { createScorer } from '../scorer/create-scorer.ts';
import type { Scorer } from '../scorer/scoring-batch.ts';
import { addToStats } from '../stats/add-to-stats.ts';
import { createStats } from '../stats/partial-stats.ts';
import { summarizeStats } from '../stats/summarize-stats.ts';
import { loadCommittedModels, MODELS_DIR } from '../testing/committed-models.ts';
import { dummyRows, toBatch } from '../testing/dummy-batch.ts';
import { createPlaceholderModels } from './create-placeholder-models.ts';

let folder = '';
let scorer: Scorer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'placeholder-'));
  const models = await loadCommittedModels();
  const checkModels = Object.values(models);
  const engine = await createEngine({ preference: 'tfjs-wasm', checkModels });
  scorer = await createScorer({
    engine,
    models,
    predictors: PREDICTORS,
    rfm: DEFAULT_RFM_SETTINGS,
    batchSize: 4096,
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function readAll(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const read = files.map(async (file) => {
    const full = path.join(file.parentPath, file.name);
    return [path.relative(dir, full), (await readFile(full)).toString('base64')] as const;
  });
  return Object.fromEntries((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('the same seed gives the bytes of the models in the repository, another others', async () => {
  await createPlaceholderModels(path.join(folder, 'same'), { seed: 1 });
  expect(await readAll(path.join(folder, 'same'))).toEqual(await readAll(MODELS_DIR));
  const other = await createPlaceholderModels(path.join(folder, 'other'), { seed: 2 });
  expect(other.churn.manifest).toMatchObject({ version: 'placeholder-2', placeholder: true });
  const [weights, others] = await Promise.all(
    [path.join(MODELS_DIR, 'churn/placeholder-1'), path.join(folder, 'other/churn/placeholder-2')]
      .map((version) => path.join(version, 'weights.bin'))
      .map((file) => readFile(file)),
  );
  expect(others!.equals(weights!)).toBe(false);
});

test('every input has a null among the check rows', async () => {
  const { churn } = await loadCommittedModels();
  churn.manifest.inputs.forEach((_, input) => {
    expect(churn.manifest.check_rows.some((row) => row.inputs[input] === null)).toBe(true);
  });
});

/** A customer with so many orders of such an amount, of whom the last was so many days ago. */
function customer(orders: number, amount: number, daysAgo: number) {
  const recent = daysAgo < 30;
  return {
    total_revenue: orders * amount,
    transaction_count: orders,
    days_since_last_transaction: daysAgo,
    avg_transaction_value: amount,
    lifetime_value: orders * amount,
    customer_age_days: Math.max(daysAgo, 400),
    monthly_revenue: recent ? amount : 0,
    product_count: orders * 2,
    service_count: daysAgo < 90 ? Math.min(orders, 3) : 0,
    engagement_score: Math.min(orders, 12) / 12 / (daysAgo > 180 ? 2 : 1),
  };
}

function churnOf(...customers: ReturnType<typeof customer>[]): number[] {
  return [...scorer.score(toBatch(scorer.columns, customers)).churn!.slice(0, customers.length)];
}

function offersOf(...customers: ReturnType<typeof customer>[]): number[] {
  const { recommended } = scorer.score(toBatch(scorer.columns, customers));
  return [...recommended!.slice(0, customers.length)];
}

test('long inactivity raises churn', () => {
  const byDays = churnOf(...[5, 60, 150, 300, 600].map((days) => customer(2, 40, days)));
  expect(byDays).toEqual([...byDays].sort((a, b) => a - b));
  expect(byDays[0]).toBeLessThan(0.4);
  expect(byDays.at(-1)).toBeGreaterThan(0.7);
});

test('low revenue raises churn', () => {
  const byRevenue = churnOf(...[10, 40, 120, 300].map((amount) => customer(2, amount, 120)));
  expect(byRevenue).toEqual([...byRevenue].sort((a, b) => b - a));
});

test('high, middle and low revenue want different offers', () => {
  const low = offersOf(customer(1, 20, 400), customer(1, 20, 30));
  const middle = offersOf(customer(4, 35, 100), customer(3, 60, 100));
  const high = offersOf(customer(5, 150, 60), customer(40, 60, 5));
  for (const offer of low) expect([0, 1, 2]).toContain(offer);
  for (const offer of middle) expect([3, 4, 5]).toContain(offer);
  for (const offer of high) expect([6, 7]).toContain(offer);
});

test('on a shop’s customers every band and every offer is there', () => {
  const stats = createStats(PREDICTORS);
  addToStats(stats, scorer.score(toBatch(scorer.columns, dummyRows(4096))), {
    high: 0.7,
    medium: 0.4,
  });
  const { churn, nbo } = summarizeStats(stats);
  for (const share of [churn!.high_percentage, churn!.medium_percentage, churn!.low_percentage]) {
    expect(share).toBeGreaterThan(10);
  }
  expect(Object.keys(nbo!.distribution)).toEqual(OFFER_IDS);
});
