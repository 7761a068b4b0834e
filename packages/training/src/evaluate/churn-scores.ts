import type { ModelScores } from '@segcast/scoring';

/** Each figure of `ModelScores` that churn has. */
export type ChurnScores = Record<Exclude<keyof ModelScores, 'top_1' | 'top_3'>, number>;

const LEAST = 1e-7;

/** How well probabilities tell what happened (1 or 0); see each figure. */
export function churnScores(probabilities: Float64Array, happened: Float64Array): ChurnScores {
  const order = Uint32Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b]! - probabilities[a]!,
  );
  const positives = happened.reduce((sum, value) => sum + value, 0);
  return {
    ...ranking(order, probabilities, happened, positives),
    log_loss: mean(
      probabilities,
      (p, at) => -Math.log(Math.max(LEAST, happened[at] === 1 ? p : 1 - p)),
    ),
    brier: mean(probabilities, (p, at) => (p - happened[at]!) ** 2),
  };
}

/**
 * AUC (the chance that a positive ranks above a negative, ties counting half), the area under the
 * precision-recall curve as average precision, and the lift of the first tenth. Equal
 * probabilities are taken together, so the order among them does not matter.
 */
function ranking(
  order: Uint32Array,
  probabilities: Float64Array,
  happened: Float64Array,
  positives: number,
): Pick<ChurnScores, 'auc' | 'pr_auc' | 'lift_10'> {
  const negatives = order.length - positives;
  const tenth = Math.max(1, order.length / 10);
  let [seenPositives, seen, pairs, precision, inTenth] = [0, 0, 0, 0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    let here = 0;
    const value = probabilities[order[from]!]!;
    while (to < order.length && probabilities[order[to]!] === value)
      here += happened[order[to++]!]!;
    const count = to - from;
    pairs += (count - here) * (seenPositives + here / 2);
    inTenth += here * Math.min(1, Math.max(0, (tenth - seen) / count));
    seen += count;
    seenPositives += here;
    precision += (here * seenPositives) / seen;
    from = to;
  }
  return {
    auc: pairs / (positives * negatives),
    pr_auc: precision / positives,
    lift_10: inTenth / tenth / (positives / order.length),
  };
}

export interface CalibrationBin {
  count: number;
  /** Mean probability, and the share of positives. */
  predicted: number;
  observed: number;
}

/** Ten groups of equal size by rising probability. */
export function calibrationCurve(
  probabilities: Float64Array,
  happened: Float64Array,
): CalibrationBin[] {
  const order = Uint32Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[a]! - probabilities[b]!,
  );
  return Array.from({ length: 10 }, (_, bin) => {
    const rows = order.subarray((order.length * bin) / 10, (order.length * (bin + 1)) / 10);
    const total = (of: Float64Array) => rows.reduce((sum, row) => sum + of[row]!, 0);
    const count = rows.length;
    return { count, predicted: total(probabilities) / count, observed: total(happened) / count };
  });
}

export interface Confusion {
  threshold: number;
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
  precision: number | null;
  recall: number | null;
}

/** What comes of acting on everybody above a threshold. */
export function confusionAt(
  threshold: number,
  probabilities: Float64Array,
  happened: Float64Array,
): Confusion {
  const counts = [0, 0, 0, 0];
  probabilities.forEach(
    (p, at) => (counts[(p > threshold ? 0 : 2) + (happened[at] === 1 ? 0 : 1)]! += 1),
  );
  const [tp, fp, fn, tn] = counts as [number, number, number, number];
  return {
    threshold,
    true_positives: tp,
    false_positives: fp,
    true_negatives: tn,
    false_negatives: fn,
    precision: tp + fp === 0 ? null : tp / (tp + fp),
    recall: tp + fn === 0 ? null : tp / (tp + fn),
  };
}

function mean(values: Float64Array, of: (value: number, at: number) => number): number {
  return values.reduce((sum, value, at) => sum + of(value, at), 0) / values.length;
}
