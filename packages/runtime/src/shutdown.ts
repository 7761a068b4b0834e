import type { Logger } from 'pino';

export interface Shutdown {
  /** Adds something to release; what was added last is released first. */
  add(name: string, release: () => unknown): void;
  /**
   * Releases everything, once: later calls get the same promise. A releaser that throws is logged
   * and does not keep the others. Resolves to whether all went well.
   */
  run(reason: string): Promise<boolean>;
  /** Runs on SIGINT, SIGTERM and SIGHUP and then exits; a second signal exits at once. */
  onSignals(): void;
  /** Aborted as soon as the shutdown begins. */
  readonly signal: AbortSignal;
}

export interface ShutdownOptions {
  /** After this long the process exits, whatever is not released yet. */
  deadlineMs?: number;
  exit?: (code: number) => void;
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/** Ctrl-C under npm arrives twice: from the terminal and from npm. That is one wish, not two. */
const SAME_WISH_MS = 500;

/** The ordered end of a process: what was opened is closed in the reverse order. */
export function createShutdown(
  log: Pick<Logger, 'debug' | 'error'>,
  { deadlineMs = 30_000, exit = (code) => process.exit(code) }: ShutdownOptions = {},
): Shutdown {
  const releasers: { name: string; release: () => unknown }[] = [];
  const begun = new AbortController();
  let running: Promise<boolean> | undefined;

  async function releaseAll(reason: string): Promise<boolean> {
    log.debug({ reason }, 'shutting down');
    begun.abort(reason);
    let current = '';
    const deadline = setTimeout(() => {
      log.error({ waiting_for: current }, 'shutdown took too long');
      exit(1);
    }, deadlineMs);
    let clean = true;
    for (let last = releasers.pop(); last; last = releasers.pop()) {
      current = last.name;
      try {
        await last.release();
      } catch (error) {
        clean = false;
        log.error({ err: error, name: last.name }, 'could not release');
      }
    }
    clearTimeout(deadline);
    return clean;
  }

  const run = (reason: string) => (running ??= releaseAll(reason));

  return {
    add: (name, release) => void releasers.push({ name, release }),
    run,
    signal: begun.signal,
    onSignals() {
      let first = 0;
      const onSignal = (name: Signal) => {
        if (first === 0) {
          first = Date.now();
          void run(name).then((clean) => exit(clean ? 0 : 1));
        } else if (Date.now() - first > SAME_WISH_MS) {
          exit(128 + SIGNALS[name]);
        }
      };
      for (const name of Object.keys(SIGNALS) as Signal[]) process.on(name, onSignal);
    },
  };
}
