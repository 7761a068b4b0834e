import { commandLineOf, parentOf, processIdentity } from './process-table.ts';

const POLL_MS = 1000;
/** npm starts a shell that starts us. */
const MOST_ANCESTORS = 3;

/**
 * Calls back once when the npm that runs us has ended, or the shell between. On Ctrl-C npm waits for
 * us, but when it is killed nobody tells us, and we would go on without a terminal. Without npm
 * there is nothing to watch.
 */
export function watchNpm(onGone: () => void): void {
  const ancestors = findNpm().map((pid) => ({ pid, identity: processIdentity(pid) }));
  if (ancestors.length === 0) return;
  const timer = setInterval(() => {
    if (ancestors.every(({ pid, identity }) => processIdentity(pid) === identity)) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}

/** Our ancestors up to npm, or none when npm is not near. */
function findNpm(): number[] {
  const ancestors: number[] = [];
  if (process.env.npm_lifecycle_event === undefined) return ancestors;
  for (let pid = parentOf(process.pid); pid !== null && pid > 1; pid = parentOf(pid)) {
    ancestors.push(pid);
    if (/\bnp[mx]\b/.test(commandLineOf(pid) ?? '')) return ancestors;
    if (ancestors.length === MOST_ANCESTORS) break;
  }
  return [];
}
