import { isFinished, type Run } from '@segcast/contracts';
import { presentRun, type SubmittedRun } from '@segcast/runs';
import type { ApiDeps } from '../api-deps.ts';
import { preferredWait } from './preferred-wait.ts';
import { POLL_AFTER, waitForRun } from './wait-for-run.ts';

/** What `answerSubmitted` may answer with, as the document tells of it. */
export const SUBMITTED_HEADERS = {
  200: {
    'Content-Location': 'The path of the run.',
    'Preference-Applied': 'The wait that was granted.',
  },
  202: {
    Location: 'The path of the run.',
    'Retry-After': 'Seconds after which polling is worth while.',
    'Preference-Applied': 'The wait that was granted, if one was asked for.',
  },
};

export const PREFER = '`wait=N`: wait up to N seconds, at most 60, for the run to finish.';

type SubmittedAnswer =
  | { status: 200; headers: Record<string, string>; body: Run }
  | { status: 202; headers: Record<string, string>; body: Run };

/** A submitted run, finished if `Prefer: wait=N` gave it time enough. */
export async function answerSubmitted(
  deps: ApiDeps,
  { run: submitted, deduplicated }: SubmittedRun,
  { prefer, signal }: { prefer: string | undefined; signal: AbortSignal },
): Promise<SubmittedAnswer> {
  const wait = preferredWait(prefer);
  const run = wait === null ? submitted : await settle(submitted.run_id, wait);
  const body = deduplicated ? { ...run, deduplicated: true as const } : run;
  const applied = wait === null ? undefined : { 'Preference-Applied': `wait=${wait}` };
  const { self = '' } = run.links;
  return isFinished(run)
    ? { status: 200, headers: { ...applied, 'Content-Location': self }, body }
    : { status: 202, headers: { ...applied, Location: self, ...POLL_AFTER }, body };

  async function settle(runId: string, seconds: number): Promise<Run> {
    return presentRun(deps, await waitForRun(deps, runId, seconds, signal));
  }
}
