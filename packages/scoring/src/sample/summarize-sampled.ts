import type { Drift, DriverList, RunModels } from '@segcast/contracts';
import { MODEL_NAMES, type ModelName } from '../models/model-manifest.ts';
import { PROBABILITY_STEPS } from '../stats/partial-stats.ts';
import { MODERATE_PSI, populationStability, SIGNIFICANT_PSI } from './psi.ts';
import type { InputCounts, SampledStats } from './sampled-stats.ts';

/** Fewer say nothing: by chance alone the PSI of ten bins is about 9 / members. */
const LEAST_MEMBERS = 200;

/** How far each model's inputs have drifted; a model without histograms is left out. */
export function summarizeDrift({ drift }: SampledStats): Partial<Record<ModelName, Drift>> {
  const summary: Partial<Record<ModelName, Drift>> = {};
  for (const name of MODEL_NAMES) {
    const inputs = drift[name] ?? [];
    const [first] = inputs;
    if (first === undefined) continue;
    const members = first.counts.reduce((sum, count) => sum + count, 0);
    if (members < LEAST_MEMBERS) continue;
    summary[name] = { members, inputs: inputs.map(toInputDrift).sort((a, b) => b.psi - a.psi) };
  }
  return summary;
}

function toInputDrift({ column, expected, counts }: InputCounts): Drift['inputs'][number] {
  const psi = populationStability(expected, counts) ?? 0;
  const state = psi > SIGNIFICANT_PSI ? 'significant' : psi > MODERATE_PSI ? 'moderate' : 'stable';
  return { column, psi, state };
}

/** What must be said of a run whose customers are others than those learnt from; null if not. */
export function driftWarning(
  drift: Partial<Record<ModelName, Drift>>,
  versions: Pick<RunModels, ModelName>,
): string | null {
  const sentences = MODEL_NAMES.flatMap((name) => {
    const shifted = drift[name]?.inputs.filter(({ state }) => state === 'significant') ?? [];
    if (shifted.length === 0) return [];
    const columns = shifted.map(({ column, psi }) => `${column} (PSI ${psi.toFixed(2)})`);
    return `These customers differ from those that ${name} ${versions[name]?.version ?? ''} has learnt from in ${columns.join(', ')}: above ${SIGNIFICANT_PSI} its scores may not hold for them.`;
  });
  return sentences.length === 0 ? null : sentences.join(' ');
}

/** The mean contributions of the members explained, the largest first; null where none was. */
export function summarizeDrivers({ drivers }: SampledStats): DriverList | null {
  if (drivers === null || drivers.members === 0) return null;
  const { members } = drivers;
  const mean = (sum: number) => sum / PROBABILITY_STEPS / members;
  const inputs = drivers.inputs.map(({ column, sum, absolute }) => ({
    feature: column,
    mean_contribution: mean(sum),
    mean_absolute_contribution: mean(absolute),
  }));
  inputs.sort((a, b) => Math.abs(b.mean_contribution) - Math.abs(a.mean_contribution));
  return { explained_members: members, baseline: mean(drivers.baseline), drivers: inputs };
}
