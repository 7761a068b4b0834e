import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one with the same id: the time it started, in the system's own
 * notation. Null when there is no such process.
 */
export function processIdentity(pid: number): string | null {
  try {
    if (process.platform !== 'linux') return ps(pid, 'lstart');
    const { state, startTicks } = readStat(pid);
    return state === 'Z' ? null : startTicks;
  } catch {
    return null;
  }
}

/** The process that started it, or to which it fell. Null when there is no such process. */
export function parentOf(pid: number): number | null {
  try {
    return Number(process.platform === 'linux' ? readStat(pid).parent : ps(pid, 'ppid'));
  } catch {
    return null;
  }
}

/** Program and arguments. Null when there is no such process. */
export function commandLineOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') return ps(pid, 'command');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return null;
  }
}

/** Fields 3, 4 and 22 of `/proc/pid/stat`, counted behind the name, which may hold spaces. */
function readStat(pid: number): { state: string; parent: string; startTicks: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, parent: fields[1]!, startTicks: fields[19]! };
}

function ps(pid: number, column: 'lstart' | 'ppid' | 'command'): string {
  return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
