import type { Stage } from '../service/stage.ts';
import { cpuSeconds, cpuSecondsOfFamily } from './process-facts.ts';

/** Seconds of processor time, of all processes of a kind together; null off Linux. */
export interface CpuSeconds {
  workers: number | null;
  api: number | null;
  /** The whole server: its connections and its own processes. */
  postgres: number | null;
}

export function readCpu({ workers, apiPid, postgresPid }: Stage): CpuSeconds {
  return {
    workers: workers.reduce<number | null>((sum, { pid }) => add(sum, cpuSeconds(pid)), 0),
    api: cpuSeconds(apiPid),
    postgres: postgresPid === null ? null : cpuSecondsOfFamily(postgresPid),
  };
}

export function spentSince(stage: Stage, before: CpuSeconds): CpuSeconds {
  const after = readCpu(stage);
  const spent = (kind: keyof CpuSeconds): number | null => subtract(after[kind], before[kind]);
  return { workers: spent('workers'), api: spent('api'), postgres: spent('postgres') };
}

function add(sum: number | null, value: number | null): number | null {
  return sum === null || value === null ? null : sum + value;
}

function subtract(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}
