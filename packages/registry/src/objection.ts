import { AppError, modelMetricsSchema, type ModelMetrics } from '@segcast/contracts';
import type { ModelVersionRecord } from '@segcast/store';
import { z } from 'zod';

/**
 * By how much a version may fall short of the one in use: about a standard error of an AUC or of an
 * accuracy on some thousand held-out customers (Hanley & McNeil 1982), so no more than chance.
 */
export const MARGIN = 0.01;

/** The figure that decides for each network, and the simple means it must not be worse than. */
const DECIDING = {
  churn: { score: 'auc', title: 'AUC', baseline: 'recency', means: 'recency alone' },
  nbo: {
    score: 'top_1',
    title: 'top-1 accuracy',
    baseline: 'most_bought',
    means: 'the category bought most',
  },
} as const;

const measuredSchema = z.object({ metrics: modelMetricsSchema.optional() });

/** The figures of a version, where there are any. */
export function metricsOf({ manifest }: Pick<ModelVersionRecord, 'manifest'>): ModelMetrics | null {
  return measuredSchema.safeParse(manifest).data?.metrics ?? null;
}

/**
 * Why a version should not take the place of the one in use, with the figures; null where nothing
 * speaks against it. Anything learnt from customers is better than a placeholder.
 */
export function objectionTo(
  candidate: ModelVersionRecord,
  current: ModelVersionRecord | null,
): string | null {
  const { model, version } = candidate;
  if (model !== 'churn' && model !== 'nbo') return null;
  if (current === null || current.placeholder) return null;
  const named = `${model} ${version}`;
  if (candidate.placeholder) {
    return `${named} is a placeholder that knows nothing of your customers, and ${current.version} has learnt from them.`;
  }
  const { score, title, baseline, means } = DECIDING[model];
  const figure = metricsOf(candidate)?.[score];
  const now = metricsOf(current)?.[score];
  if (figure === undefined) {
    return now === undefined
      ? null
      : `${named} has no ${title} on held-out customers, and ${current.version} in use has ${show(now)}.`;
  }
  if (now !== undefined && figure < now - MARGIN) {
    return `${named} has ${title} ${show(figure)} on held-out customers, ${show(now - figure)} below the ${show(now)} of ${current.version} in use; ${MARGIN} would be let pass.`;
  }
  const simple = metricsOf(candidate)?.baselines[baseline]?.[score];
  if (simple !== undefined && figure < simple) {
    return `${named} has ${title} ${show(figure)} on held-out customers, where ${means} has ${show(simple)}.`;
  }
  return null;
}

/** @throws AppError `model_worse` with the figures. */
export function refuseWorse(
  candidate: ModelVersionRecord,
  current: ModelVersionRecord | null,
): void {
  const objection = objectionTo(candidate, current);
  if (objection === null) return;
  throw new AppError(
    'model_worse',
    `${objection} To activate it all the same, use --force, or "force": true over HTTP.`,
  );
}

function show(figure: number): string {
  return figure.toFixed(3);
}
