import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of the features as plain SQL gives it. */
export type FeatureRow = Readonly<Record<string, unknown>>;

interface Weights {
  name: string;
  shape: number[];
}

interface Network {
  inputs: { column: string; mean: number; deviation: number; imputed: number }[];
  /** Kernel and bias of each layer in turn. */
  layers: { kernel: Float32Array; bias: Float32Array }[];
}

/** What all of a segment's members come to, computed one by one in double arithmetic. */
export interface PlainSummary {
  count: number;
  bands: { high: number; medium: number; low: number };
  meanProbability: number;
  offers: Record<string, number>;
  meanConfidence: number;
  rfm: Record<string, number>;
  rfmSums: { r: number; f: number; m: number };
}

const MODELS = join(import.meta.dirname, '../../models');

/** The naming grid of the documentation, by FM = 5 … 1 in each row of R = 5 … 1. */
const GRID = [
  'Champions,Champions,Potential Loyalists,Potential Loyalists,New Customers',
  'Loyal Customers,Loyal Customers,Potential Loyalists,Potential Loyalists,Promising',
  'Loyal Customers,Loyal Customers,Need Attention,About to Sleep,About to Sleep',
  'Cannot Lose Them,At Risk,At Risk,Hibernating,Hibernating',
  'Cannot Lose Them,At Risk,At Risk,Hibernating,Lost',
].map((row) => row.split(','));

/** Nothing here calls the packages under test: files, arithmetic and thresholds are read anew. */
export function plainSummary(rows: readonly FeatureRow[]): PlainSummary {
  const churn = readNetwork('churn');
  const nbo = readNetwork('nbo');
  const summary: PlainSummary = {
    count: rows.length,
    bands: { high: 0, medium: 0, low: 0 },
    meanProbability: 0,
    offers: {},
    meanConfidence: 0,
    rfm: {},
    rfmSums: { r: 0, f: 0, m: 0 },
  };
  for (const row of rows) {
    addChurn(summary, sigmoid(answer(churn, row)[0]!));
    addOffer(summary, softmax(answer(nbo, row)));
    addRfm(summary, row);
  }
  summary.meanProbability /= rows.length;
  summary.meanConfidence /= rows.length;
  return summary;
}

function addChurn(summary: PlainSummary, probability: number): void {
  summary.meanProbability += probability;
  if (probability > 0.7) summary.bands.high++;
  else if (probability > 0.4) summary.bands.medium++;
  else summary.bands.low++;
}

function addOffer(summary: PlainSummary, scores: number[]): void {
  const best = Math.max(...scores);
  const offer = `offer_${scores.indexOf(best)}`;
  summary.meanConfidence += best;
  summary.offers[offer] = (summary.offers[offer] ?? 0) + 1;
}

function addRfm(summary: PlainSummary, row: FeatureRow): void {
  const days = Number(row['days_since_last_transaction'] ?? Infinity);
  const r = 5 - [30, 60, 90, 180].filter((bound) => days > bound).length;
  const f = 1 + countReached(row['transaction_count'], [2, 5, 10, 20]);
  const m = 1 + countReached(row['total_revenue'], [100, 200, 500, 1000]);
  const name = GRID[5 - r]![5 - Math.floor((f + m) / 2 + 0.5)]!;
  summary.rfm[name] = (summary.rfm[name] ?? 0) + 1;
  summary.rfmSums.r += r;
  summary.rfmSums.f += f;
  summary.rfmSums.m += m;
}

function countReached(value: unknown, bounds: number[]): number {
  return bounds.filter((bound) => Number(value ?? 0) >= bound).length;
}

function answer({ inputs, layers }: Network, row: FeatureRow): number[] {
  let values = inputs.map(({ column, mean, deviation, imputed }) =>
    Math.fround((Number(row[column] ?? imputed) - mean) / deviation),
  );
  layers.forEach(({ kernel, bias }, depth) => {
    const sums = Array.from(bias, Number);
    values.forEach((value, from) => {
      for (let to = 0; to < sums.length; to++)
        sums[to]! += value * kernel[from * sums.length + to]!;
    });
    values = depth === layers.length - 1 ? sums : sums.map((sum) => Math.max(0, sum));
  });
  return values;
}

function readNetwork(name: string): Network {
  const version = readFileSync(join(MODELS, name, 'current'), 'utf8').trim();
  const folder = join(MODELS, name, version);
  const json = (file: string) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
  const [{ weights }] = json('model.json')['weightsManifest'] as [{ weights: Weights[] }];
  const bytes = new Uint8Array(readFileSync(join(folder, 'weights.bin')));
  let at = 0;
  const arrays = weights.map(({ shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(bytes.buffer.slice(at, at + 4 * length));
    at += 4 * length;
    return values;
  });
  const layers = [0, 2, 4].map((i) => ({ kernel: arrays[i]!, bias: arrays[i + 1]! }));
  return { inputs: json('manifest.json')['inputs'] as Network['inputs'], layers };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softmax(logits: number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
