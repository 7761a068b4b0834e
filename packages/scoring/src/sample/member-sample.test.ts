import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../engine/create-engine.ts';
import type { Model } from '../models/load-models.ts';
import { DEFAULT_RFM_SETTINGS } from '../rfm/rfm-settings.ts';
import { createScorer } from '../scorer/create-scorer.ts';
import type { Scorer } from '../scorer/scoring-batch.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { dummyRows, toBatch } from '../testing/dummy-batch.ts';
import { MemberSample, type SampleBatch } from './member-sample.ts';
import { mergeSampled, type SampledStats } from './sampled-stats.ts';
import { driftWarning, summarizeDrift, summarizeDrivers } from './summarize-sampled.ts';

const EDGES = [30, 60, 120, 240];
const MEMBERS = 600;

let scorer: Scorer;
let rows: ReturnType<typeof dummyRows>;

/** The committed model as if training had counted the inactivity of these very customers. */
function withHistogram(model: Model): Model {
  const values = rows.map((row) => Number(row.days_since_last_transaction));
  const counts = [0, ...EDGES].map((_, bin) => values.filter((v) => binOf(v) === bin).length);
  const inputs = model.manifest.inputs.map((input) =>
    input.column === 'days_since_last_transaction'
      ? { ...input, histogram: { edges: EDGES, counts, nulls: 0 } }
      : input,
  );
  return { ...model, manifest: { ...model.manifest, inputs } };
}

const binOf = (value: number) => EDGES.filter((edge) => edge <= value).length;

beforeAll(async () => {
  rows = dummyRows(MEMBERS);
  const models = await loadCommittedModels();
  const engine = await createEngine({
    preference: 'tfjs-wasm',
    checkModels: Object.values(models),
  });
  scorer = await createScorer({
    engine,
    models: { ...models, churn: withHistogram(models.churn) },
    predictors: ['churn', 'nbo'],
    rfm: DEFAULT_RFM_SETTINGS,
    batchSize: MEMBERS,
  });
});

function batchOf(members: readonly number[], shift = 0): SampleBatch {
  const features = members.map((n) => ({
    ...rows[n],
    days_since_last_transaction: Number(rows[n]!.days_since_last_transaction) + shift,
  }));
  const ids = members.map((n) => Buffer.from(`C${n}`));
  const offsets = [0];
  for (const id of ids) offsets.push(offsets.at(-1)! + id.length);
  return {
    ...toBatch(scorer.columns.map(String), features),
    ids: Buffer.concat(ids),
    idOffsets: Int32Array.from(offsets),
  };
}

function sampleOf(
  shards: readonly (readonly number[])[],
  options: { estimate?: number; explain?: boolean; shift?: number } = {},
): SampledStats {
  const { estimate = MEMBERS, explain = false, shift = 0 } = options;
  const parts = shards.map((members) => {
    const sample = new MemberSample({ scorer, estimate, explain });
    const batch = batchOf(members, shift);
    sample.add(batch, scorer.score(batch).outcome);
    return sample.result();
  });
  const [merged, ...others] = parts;
  for (const other of others) mergeSampled(merged!, other);
  return merged!;
}

const everyone = Array.from({ length: MEMBERS }, (_, n) => n);

describe('a sample', () => {
  test('is the same whatever the shards and their order', () => {
    const whole = sampleOf([everyone], { estimate: 6000, explain: true });
    expect(whole.drivers!.members).toBeGreaterThan(2);
    const cuts = fc.tuple(
      fc.shuffledSubarray(everyone, { minLength: MEMBERS }),
      fc.integer({ min: 1, max: MEMBERS - 1 }),
    );
    fc.assert(
      fc.property(cuts, ([order, cut]) => {
        const shards = [order.slice(0, cut), order.slice(cut)];
        expect(sampleOf(shards, { estimate: 6000, explain: true })).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  test('counts every member of a small run, and leaves failed ones out', () => {
    const batch = batchOf(everyone);
    const { outcome } = scorer.score(batch);
    outcome.fill(2, 0, 100);
    const sample = new MemberSample({ scorer, estimate: MEMBERS, explain: false });
    sample.add(batch, outcome);
    const [counted] = sample.result().drift.churn!;
    expect(counted!.counts.reduce((a, b) => a + b, 0)).toBe(MEMBERS - 100);
  });

  test('puts nulls into a bin of their own', () => {
    const batch = batchOf(everyone.slice(0, 10));
    const place = scorer.columns.indexOf('days_since_last_transaction');
    batch.nulls[place]!.fill(1, 0, 4);
    batch.columns[place]!.fill(NaN, 0, 4);
    const sample = new MemberSample({ scorer, estimate: 10, explain: false });
    sample.add(batch, scorer.score(batch).outcome);
    expect(sample.result().drift.churn![0]!.counts.at(-1)).toBe(4);
  });
});

describe('drift', () => {
  test('is none among the customers learnt from, and said where it is', () => {
    const drift = summarizeDrift(sampleOf([everyone]));
    const column = 'days_since_last_transaction';
    expect(drift.churn).toMatchObject({ members: MEMBERS, inputs: [{ column, state: 'stable' }] });
    expect(drift.nbo).toBeUndefined();
    expect(driftWarning(drift, {})).toBeNull();
  });

  test('of customers who have all been away is significant', () => {
    const drift = summarizeDrift(sampleOf([everyone], { shift: 200 }));
    expect(drift.churn!.inputs[0]).toMatchObject({ state: 'significant' });
    const warning = driftWarning(drift, { churn: { version: 'v1', placeholder: false } });
    expect(warning).toMatch(/churn v1 .* days_since_last_transaction \(PSI \d+\.\d\d\)/);
  });

  test('is not judged by a few', () => {
    expect(summarizeDrift(sampleOf([everyone.slice(0, 50)], { shift: 200 }))).toEqual({});
  });
});

test('drivers are means that sum, with the baseline, to the mean probability of those explained', () => {
  const few = everyone.slice(0, 40);
  const { explained_members, baseline, drivers } = summarizeDrivers(
    sampleOf([few], { estimate: 40, explain: true }),
  )!;
  expect(explained_members).toBe(40);
  const { churn } = scorer.score(batchOf(few));
  const mean = churn!.subarray(0, 40).reduce((a, b) => a + b, 0) / 40;
  const sum = drivers.reduce((total, driver) => total + driver.mean_contribution, 0);
  expect(baseline + sum).toBeCloseTo(mean, 5);
  const sizes = drivers.map(({ mean_contribution }) => Math.abs(mean_contribution));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
});
