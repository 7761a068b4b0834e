import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SupervisedCommand {
  nodeArguments?: readonly string[];
  /** Script for this Node. */
  script: string;
  env: NodeJS.ProcessEnv;
  /** Takes what it prints. */
  logFile: string;
}

export interface Supervised {
  /** Resolves, with how it ended last, when it keeps ending right after its start. */
  failed: Promise<string>;
  /** Asks it to end, waits, and does not start it again. */
  stop(): Promise<void>;
}

/** A process that ends sooner than this has hardly worked. */
const QUICK_MS = 5000;
const MOST_QUICK_ENDS = 5;
const FIRST_DELAY_MS = 250;
/** A worker finishes or hands back its shards in this time. */
const STOP_GRACE_MS = 20_000;

/**
 * Keeps a process running: started again when it ends unasked, later and later as long as it ends
 * quickly, and given up after some such ends. It has a session of its own, so that Ctrl-C reaches
 * only us; it learns of our death by the channel that breaks.
 *
 * @param onRestart told how the process ended, each time before it is started again.
 */
export function supervise(
  command: SupervisedCommand,
  onRestart: (how: string) => void,
): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  async function keepRunning(): Promise<string> {
    for (let quickEnds = 0; ;) {
      const started = Date.now();
      child = start(command);
      const how = await ending(child);
      if (stopping.signal.aborted) return how;
      quickEnds = Date.now() - started < QUICK_MS ? quickEnds + 1 : 0;
      if (quickEnds === MOST_QUICK_ENDS) return how;
      onRestart(how);
      const delay = FIRST_DELAY_MS * 2 ** Math.max(0, quickEnds - 1);
      const slept = sleep(delay, true, { signal: stopping.signal }).catch(() => false);
      if (!(await slept)) return how;
    }
  }

  const ended = keepRunning();
  return {
    failed: ended.then((how) => (stopping.signal.aborted ? new Promise(() => undefined) : how)),
    async stop() {
      stopping.abort();
      const impatience = setTimeout(() => child?.kill('SIGKILL'), STOP_GRACE_MS);
      child?.kill('SIGTERM');
      await ended;
      clearTimeout(impatience);
    },
  };
}

function start({ nodeArguments = [], script, env, logFile }: SupervisedCommand): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const stdio = ['ignore', log, log, 'ipc'] as const;
    return spawn(process.execPath, [...nodeArguments, script], {
      env,
      detached: true,
      stdio: [...stdio],
    });
  } finally {
    closeSync(log);
  }
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`);
    });
  });
}
