import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../engine/create-engine.ts';
import type { EngineModel } from '../engine/engine-model.ts';
import type { Engine } from '../engine/engine.ts';
import { networkWidth, type ModelInput } from '../models/manifest-input.ts';
import type { ModelManifest } from '../models/model-manifest.ts';
import { standardizeRows } from '../models/standardize.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { dummyRows } from '../testing/dummy-batch.ts';
import { Explainer, type RawRow } from './explainer.ts';

let engine: Engine;
let manifest: ModelManifest;
let model: EngineModel;
let rows: RawRow[];

beforeAll(async () => {
  const { churn } = await loadCommittedModels();
  ({ manifest } = churn);
  engine = await createEngine({ preference: 'tfjs-wasm', checkModels: [churn] });
  model = await engine.load(churn);
  rows = dummyRows(6).map((row) => manifest.inputs.map(({ column }) => row[column]!));
});

/** A model that is a function of the raw values, for planted truths. */
function planted(inputs: number, f: (row: ArrayLike<number>) => number, background: RawRow[]) {
  const described = Array.from({ length: inputs }, (_, n): ModelInput => ({
    name: `x${n}`,
    column: `x${n}`,
    mean: 0,
    deviation: 1,
    imputed: 0,
  }));
  const width = networkWidth(described);
  const fake: EngineModel = {
    predict: (input, count, output) => {
      for (let row = 0; row < count; row++) {
        output[row] = f(input.subarray(row * width, (row + 1) * width));
      }
    },
    dispose: () => undefined,
  };
  return new Explainer({
    manifest: { ...manifest, inputs: described, background: background.map((row) => [...row]) },
    model: fake,
  });
}

/** By the definition, one order of the inputs after the other. */
function bruteForce(f: (row: number[]) => number, row: number[], background: number[][]) {
  const value = (known: Set<number>) =>
    background
      .map((other) => f(row.map((own, input) => (known.has(input) ? own : other[input]!))))
      .reduce((sum, each) => sum + each, 0) / background.length;
  const sums = row.map(() => 0);
  const orders = permutations(row.map((_, input) => input));
  for (const order of orders) {
    const known = new Set<number>();
    for (const input of order) {
      const before = value(known);
      sums[input]! += value(known.add(input)) - before;
    }
  }
  return sums.map((sum) => sum / orders.length);
}

function permutations(items: number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

const probability = (score: number) => 1 / (1 + Math.exp(-score));

describe('exact contributions', () => {
  test('are those of every order of the inputs', () => {
    const f = (x: ArrayLike<number>) =>
      probability(x[0]! * x[1]! - 2 * x[2]! + Math.abs(x[3]!) + 0.3 * x[4]! * x[0]!);
    const background = [
      [0, 0, 0, 0, 0],
      [1, -1, 0.5, 2, 1],
      [-0.5, 2, 1, -1, 0],
    ];
    const row = [1.5, -2, 0.25, 0.5, -1];
    const { baseline, contributions } = planted(5, f, background).explain(row);
    const expected = bruteForce((each) => Math.fround(f(each)), row, background);
    expected.forEach((each, input) => expect(contributions[input]).toBeCloseTo(each, 9));
    expect(baseline + contributions.reduce((a, b) => a + b, 0)).toBeCloseTo(f(row), 6);
  });

  test('sum to the real network’s answer less the baseline, within 1e-5, nulls and all', () => {
    const explainer = new Explainer({ manifest, model });
    const answer = new Float32Array(1);
    for (const row of [...rows, rows[0]!.map((value, n) => (n % 3 === 0 ? null : value))]) {
      const { baseline, contributions } = explainer.explain(row);
      model.predict(standardizeRows([row], manifest.inputs), 1, answer);
      const sum = contributions.reduce((a, b) => a + b, 0);
      expect(Math.abs(answer[0]! - baseline - sum)).toBeLessThan(1e-5);
    }
  });

  test('of the real network are those of every order, by some of its inputs', () => {
    // The others are as in the background, so that they can contribute nothing.
    const [one] = manifest.background!;
    const varied = [0, 2, 5, 9];
    const row = one!.map((value, input) => (varied.includes(input) ? rows[1]![input]! : value!));
    const explainer = new Explainer({ manifest: { ...manifest, background: [one!] }, model });
    const { contributions } = explainer.explain(row);
    const answer = new Float32Array(1);
    const f = (some: number[]) => {
      const whole = row.map((value, input) => some[varied.indexOf(input)] ?? value);
      model.predict(standardizeRows([whole], manifest.inputs), 1, answer);
      return answer[0]!;
    };
    const pick = (values: readonly (number | null)[]) => varied.map((input) => values[input]!);
    const expected = bruteForce(f, pick(row), [pick(one!)]);
    row.forEach((_, input) => {
      const place = varied.indexOf(input);
      expect(contributions[input]).toBeCloseTo(place === -1 ? 0 : expected[place]!, 6);
    });
  });

  test('are nearly nothing for a useless input and largest for the decisive one', () => {
    const background = Array.from({ length: 20 }, (_, n) =>
      Array.from({ length: 10 }, (_, input) => Math.sin(n * 7 + input)),
    );
    const f = (x: ArrayLike<number>) => {
      let small = 0;
      for (let input = 0; input < 10; input++) if (input !== 3 && input !== 7) small += x[input]!;
      return probability(5 * x[3]! + 0.1 * small);
    };
    const row = Array.from({ length: 10 }, () => 1);
    const { contributions } = planted(10, f, background).explain(row);
    expect(Math.abs(contributions[7]!)).toBeLessThan(1e-9);
    const sizes = [...contributions].map(Math.abs);
    expect(sizes.indexOf(Math.max(...sizes))).toBe(3);
  });
});

describe('sampled contributions', () => {
  const weights = Array.from({ length: 15 }, (_, input) => (input === 4 ? 3 : input / 30));
  const linear = (x: ArrayLike<number>) =>
    weights.reduce((sum, weight, input) => sum + weight * x[input]!, 0) / 100;
  const background = [weights.map(() => 0), weights.map((_, input) => (input % 3) - 1)];
  const row = weights.map((_, input) => 1 + (input % 2));

  test('are exact where inputs do not act together, and the same every time', () => {
    const { contributions } = planted(15, linear, background).explain(row);
    weights.forEach((weight, input) => {
      const mean = (background[0]![input]! + background[1]![input]!) / 2;
      expect(contributions[input]).toBeCloseTo((weight * (row[input]! - mean)) / 100, 6);
    });
    expect(planted(15, linear, background).explain(row).contributions).toEqual(contributions);
  });

  test('sum to the answer less the baseline where they do', () => {
    const f = (x: ArrayLike<number>) => probability(x[0]! * x[1]! - x[2]! * x[14]! + linear(x));
    const { baseline, contributions } = planted(15, f, background).explain(row);
    const sum = contributions.reduce((a, b) => a + b, 0);
    expect(baseline + sum).toBeCloseTo(f(row), 6);
    expect(Math.abs(contributions[0]! - contributions[1]!)).toBeLessThan(0.15);
  });
});

test('a model without a background says so', () => {
  const bare = { ...manifest, background: [] };
  expect(() => new Explainer({ manifest: bare, model })).toThrow(
    expect.objectContaining({ code: 'model_unexplainable' }) as Error,
  );
});
