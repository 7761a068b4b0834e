import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in ticks of 10 ms, whatever the clock of the kernel. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that the process with all its threads has used; null off Linux. */
export function cpuSeconds(pid: number): number | null {
  const stat = readStat(pid);
  return stat === null ? null : stat.own / TICKS_PER_SECOND;
}

/**
 * Seconds of processor time that a server and its children have used, those that have ended
 * included; null off Linux.
 */
export function cpuSecondsOfFamily(parent: number): number | null {
  const stat = readStat(parent);
  if (stat === null) return null;
  const living = childrenOf(parent).map((pid) => readStat(pid)?.own ?? 0);
  return (stat.own + stat.ended + living.reduce((sum, ticks) => sum + ticks, 0)) / TICKS_PER_SECOND;
}

/** The most memory that the process ever had resident, in bytes; null off Linux. */
export function peakMemory(pid: number): number | null {
  const status = readProc(`${pid}/status`);
  const kilobytes = status === null ? null : /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === null || kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** The process that started another; null off Linux. */
export function parentOf(pid: number): number | null {
  return readStat(pid)?.parent ?? null;
}

interface Stat {
  parent: number;
  /** Ticks of the process itself. */
  own: number;
  /** Ticks of its children that have ended. */
  ended: number;
}

function readStat(pid: number): Stat | null {
  const stat = readProc(`${pid}/stat`);
  if (stat === null) return null;
  // The name, in parentheses, may contain anything; field 3 follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) };
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readStat(pid)?.parent === parent);
}

function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}
