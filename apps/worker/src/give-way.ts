import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import type { App } from '@segcast/runtime';

/**
 * Lets other processes have the processor first: who waits for an answer of the API on the same
 * machine must not wait for large runs, which take what is left. Threads inherit it, so it comes
 * before they are made. A process that was started nicer stays so; where it is not permitted,
 * everything works, only slower for who waits.
 */
export function giveWay({ config, log }: Pick<App, 'config' | 'log'>): void {
  const { niceness } = config.scoring;
  try {
    if (getPriority() >= niceness) return;
    setPriority(niceness);
    if (process.platform === 'linux') giveWayToSessions(niceness);
  } catch (error) {
    log.warn({ err: error }, 'the worker could not lower its priority; it goes on as it is');
  }
}

const AUTOGROUP = '/proc/self/autogroup';

/**
 * Where Linux groups processes by session (sched(7), autogroup), niceness counts only among those of
 * one session. `segcast up`, systemd and containers give a worker one of its own, which may then be
 * nice as a whole; one that it shares with others is not its to change.
 */
function giveWayToSessions(niceness: number): void {
  const group = readIfThere(AUTOGROUP);
  const now = /nice (-?\d+)/.exec(group ?? '')?.[1];
  if (now === undefined || Number(now) >= niceness || !leadsItsSession()) return;
  writeFileSync(AUTOGROUP, String(niceness));
}

function leadsItsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The name, in parentheses, may contain anything; after it: state, parent, group, session.
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return Number(session) === process.pid;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
