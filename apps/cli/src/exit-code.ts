import { AppError, ERROR_CODES } from '@segcast/contracts';

import { ApiProblem } from './api/api-problem.ts';

/** What a command's exit code says to a script. */
export const EXIT_CODE = {
  ok: 0,
  /** Something failed: the run, the import, the service. */
  failed: 1,
  /** The command line or the input was not valid. */
  usage: 2,
  /** Segcast, PostgreSQL or the queue does not answer; trying again may help. */
  unavailable: 3,
  /** What was named does not exist. */
  notFound: 4,
  /** The run was cancelled. */
  cancelled: 5,
  /** The API wants a key, or a greater one. */
  denied: 6,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  const status = statusOf(error);
  if (status === undefined) return EXIT_CODE.failed;
  if (status === 404) return EXIT_CODE.notFound;
  if (status === 401 || status === 403) return EXIT_CODE.denied;
  if (status >= 500) return status === 503 ? EXIT_CODE.unavailable : EXIT_CODE.failed;
  return EXIT_CODE.usage;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof ApiProblem) return error.problem.status;
  if (!(error instanceof AppError)) return undefined;
  return error.code === 'invalid_config' ? 400 : ERROR_CODES[error.code].status;
}
