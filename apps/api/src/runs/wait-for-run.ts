import { setTimeout } from 'node:timers/promises';
import { isFinished } from '@segcast/contracts';
import { readRunRecord, type RunRecord } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';

/** A notice can be missed, while its connection is lost: look now and then. */
const POLL_MS = 2000;

/** For whoever polls. */
export const POLL_AFTER = { 'Retry-After': '1' };

/**
 * Waits until the run is finished, the time is up, the client has gone or the service stops,
 * whichever is first. Answers how the run stands then.
 */
export async function waitForRun(
  { store, notices, stopping }: Pick<ApiDeps, 'store' | 'notices' | 'stopping'>,
  runId: string,
  seconds: number,
  clientGone: AbortSignal,
): Promise<RunRecord> {
  const enough = AbortSignal.any([AbortSignal.timeout(seconds * 1000), clientGone, stopping]);
  let closed = new AbortController();
  const stopListening = notices.onClosed(runId, () => closed.abort());
  try {
    for (;;) {
      // Listened for from before the look, so that no end can fall between the two.
      closed = new AbortController();
      const last = enough.aborted;
      const run = await readRunRecord(store, runId);
      if (last || isFinished(run)) return run;
      await pause(POLL_MS, AbortSignal.any([enough, closed.signal]));
    }
  } finally {
    stopListening();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // It rejects when the signal ends it early, which is not a fault here.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
