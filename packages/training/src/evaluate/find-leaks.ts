import type { Dataset } from '../data/read-dataset.ts';
import { churnScores } from './churn-scores.ts';
import { valuesOf } from './values-of.ts';

/** An input that tells the label this well alone was hardly known before it. */
const TOO_GOOD = 0.98;
const SAMPLE = 20_000;

/** A word on each input that looks like the label in disguise. */
export function findLeaks(dataset: Dataset): string[] {
  const rows = dataset.split.train.subarray(0, SAMPLE);
  const happened = valuesOf(dataset.labels, rows);
  return dataset.inputs.flatMap(({ name }) => {
    const values = valuesOf(dataset.rawColumn(name)!, rows).map((v) => (Number.isNaN(v) ? 0 : v));
    const { auc } = churnScores(values, happened);
    if (Math.max(auc, 1 - auc) < TOO_GOOD) return [];
    return [
      `${name} alone tells the label almost without fault: is it known before it happens? If not, leave it out (--exclude ${name}).`,
    ];
  });
}
