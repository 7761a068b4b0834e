import type { RunLog } from '@segcast/runs';

export interface Sweeper {
  /** Begins no other sweep, and resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Sweeps at once, and again `intervalMs` after each sweep has ended. A fault is logged when it
 * begins and when it is over, not at every sweep between.
 */
export function startSweeper(
  sweepOnce: () => Promise<unknown>,
  intervalMs: number,
  log: RunLog,
): Sweeper {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();

  const turn = async (): Promise<void> => {
    try {
      await sweepOnce();
      if (failing) log.info({}, 'sweeping again');
      failing = false;
    } catch (error) {
      if (!failing) log.error({ error }, 'cannot sweep; trying again');
      failing = true;
    }
    if (!stopped) timer = setTimeout(begin, intervalMs);
  };
  const begin = (): void => {
    underWay = turn();
  };
  begin();

  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return underWay;
    },
  };
}
