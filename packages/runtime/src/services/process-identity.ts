import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a process from a later one with the same id: the time it started, in the system's own
 * notation. Null when there is no such process.
 */
export function processIdentity(pid: number): string | null {
  try {
    return process.platform === 'linux' ? readStartTicks(pid) : readStartTime(pid);
  } catch {
    return null;
  }
}

/** Field 22 of `/proc/pid/stat`, counted behind the name, which may hold spaces. */
function readStartTicks(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? null : (fields[18] ?? null);
}

function readStartTime(pid: number): string {
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}
