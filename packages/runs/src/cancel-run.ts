import type { Run } from '@segcast/contracts';
import { requestCancel, type Store } from '@segcast/store';
import { readRun } from './read-runs.ts';

/**
 * Cancels a run: a queued one at once, one that is being worked on as soon as the workers notice,
 * within a heartbeat. Throws `run_not_found`, and `run_finished` when there is nothing to cancel.
 */
export async function cancelRun(deps: { store: Store }, runId: string): Promise<Run> {
  await requestCancel(deps.store, runId);
  return readRun(deps, runId);
}
