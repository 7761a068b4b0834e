import { AppError } from '@segcast/contracts';
import type { Renewal } from '@segcast/store';

/** A claim that is prolonged until it is let go. */
export interface Lease {
  /** Aborted when the claim is lost or the run cancelled; the reason is the AppError to throw. */
  readonly signal: AbortSignal;
  /** Stops prolonging it, once the renewal under way is answered. */
  letGo(): Promise<void>;
}

/**
 * Prolongs a claim every `everyMs` milliseconds. A renewal that fails, as when the database is away
 * for a moment, is tried again: should the lease run out meanwhile, the fence keeps the peace.
 */
export function holdLease(renew: () => Promise<Renewal>, everyMs: number): Lease {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let held = true;

  const schedule = () => {
    timer = setTimeout(() => {
      underWay = beat();
    }, everyMs);
  };
  const beat = async () => {
    const renewal = await renew().catch(() => 'renewed' as const);
    if (renewal === 'cancelled' || renewal === 'lost') stop.abort(reasonOf(renewal));
    else if (renewal === 'renewed' && held) schedule();
  };
  schedule();

  return {
    signal: stop.signal,
    letGo: () => {
      held = false;
      clearTimeout(timer);
      return underWay;
    },
  };
}

function reasonOf(renewal: 'cancelled' | 'lost'): AppError {
  return renewal === 'cancelled'
    ? new AppError('run_cancelled', 'The run was cancelled while it was worked on.')
    : new AppError('fence_lost', 'The lease ran out and another worker has taken over.');
}
