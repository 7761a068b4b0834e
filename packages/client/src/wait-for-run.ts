import type { CallOptions, Connection } from './connection.ts';
import { retryAfterMs, sleep } from './retry.ts';
import { SegcastError } from './segcast-error.ts';
import type { Run } from './types.ts';

const POLL_MS = 1000;
/** The first polls come sooner: small segments are done in no time. */
const FIRST_POLL_MS = 100;

export interface WaitOptions extends CallOptions {
  /** Called with the run as it is at every poll, the first and the last included. */
  onProgress?: (run: Run) => void;
}

/**
 * Polls a run until it has succeeded.
 * @throws SegcastError when it fails or is cancelled; the signal's reason when that comes first.
 */
export async function waitForRun(
  connection: Connection,
  submitted: Run,
  { onProgress, signal }: WaitOptions = {},
): Promise<Run> {
  let run = submitted;
  let wait = FIRST_POLL_MS;
  let most = POLL_MS;
  for (;;) {
    onProgress?.(run);
    if (run.status === 'succeeded') return run;
    if (run.status === 'failed' || run.status === 'cancelled') throw toError(run);
    await sleep(wait, signal);
    const { body, response } = await connection.send<Run>(`/ml/runs/${run.run_id}/`, { signal });
    run = body;
    most = retryAfterMs(response) ?? most;
    wait = Math.min(wait * 2, most);
  }
}

function toError({ run_id, status, error }: Run): SegcastError {
  return new SegcastError({
    message: error?.detail ?? `Run ${run_id} was ${status}.`,
    code: error?.code ?? `run_${status}`,
    problem: error,
  });
}
