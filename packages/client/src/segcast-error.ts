import type { Problem } from './types.ts';

interface Failure {
  message: string;
  code: string;
  status?: number | null;
  problem?: Problem | null;
  requestId?: string | null;
  cause?: unknown;
}

/**
 * Everything that goes wrong but an abort, which throws the signal's reason. `code` is one of the
 * API's catalogue (`/docs/errors`), or `unreachable` when there was no answer, `unexpected_answer`
 * when it was not Segcast's, and `run_cancelled` when a run that was waited for was cancelled.
 */
export class SegcastError extends Error {
  override readonly name = 'SegcastError';
  readonly code: string;
  /** HTTP status; null where no answer came, or the error is that of a run. */
  readonly status: number | null;
  /** RFC 9457 problem details as the API sent them. */
  readonly problem: Problem | null;
  /** Names the request in the API's log. */
  readonly requestId: string | null;

  constructor(failure: Failure) {
    super(failure.message, { cause: failure.cause });
    this.code = failure.code;
    this.status = failure.status ?? null;
    this.problem = failure.problem ?? null;
    this.requestId = failure.requestId ?? null;
  }
}
