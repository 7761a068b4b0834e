import type { CpuSeconds } from '../measure/cpu-seconds.ts';
import type { MeasuredRun, RunPhases } from '../measure/measure-run.ts';
import { median } from '../measure/statistics.ts';
import type { Table } from './findings.ts';
import { formatShare, formatTime, orDash } from './format.ts';

/** Runs of one kind, one of each round. */
export interface LabelledRuns {
  label: string;
  runs: readonly MeasuredRun[];
}

/** Which processes a run costs how much. */
export function cpuTable(measured: readonly LabelledRuns[]): Table {
  return {
    title: 'Processor time of a run, seconds (median)',
    columns: ['Members', 'Worker', 'PostgreSQL', 'API'],
    rows: measured.map(({ label, runs }) => [
      label,
      ...(['workers', 'postgres', 'api'] as const).map((kind) => medianCpu(runs, kind)),
    ]),
  };
}

const PHASES: readonly (readonly [phase: keyof RunPhases, title: string])[] = [
  ['queued', 'Submit to plan'],
  ['planning', 'Plan'],
  ['dispatched', 'To first read'],
  ['reading', 'To last read'],
  ['ending', 'To the end'],
];

/** Where the time of runs goes, if it was looked at; each figure is the median by itself. */
export function phasesTable(measured: readonly LabelledRuns[]): Table[] {
  const rows = measured.flatMap(({ label, runs }) => {
    const phases = runs.flatMap((run) => run.phases ?? []);
    if (phases.length === 0) return [];
    const times = PHASES.map(([phase]) => formatTime(median(phases.map((each) => each[phase]))));
    return [[label, formatShare(planningShare(runs)), ...times]];
  });
  if (rows.length === 0) return [];
  const columns = ['Members', 'Planning', ...PHASES.map(([, title]) => title)];
  return [{ title: 'Where the time of a run goes', columns, rows }];
}

/** The part of a run in which its shards are planned: the median over runs. */
export function planningShare(runs: readonly MeasuredRun[]): number {
  return median(runs.flatMap(({ ms, phases }) => (phases === null ? [] : phases.planning / ms)));
}

function medianCpu(runs: readonly MeasuredRun[], kind: keyof CpuSeconds): string {
  const seconds = runs.flatMap(({ cpu }) => cpu[kind] ?? []);
  return orDash(seconds.length === 0 ? null : median(seconds), (value) => value.toFixed(2));
}
