import { AppError } from '@segcast/contracts';
import type { StoredError } from '@segcast/store';

/** An error as a run or a shard keeps it. */
export function toStoredError(error: unknown): StoredError {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Whether trying again can help. What is no AppError is a fault of ours and may be of the moment. */
export function isRetryable(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable;
}

const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 30_000;

/** How long to wait after the given attempt, counted from 1. */
export function backOffMs(attempt: number): number {
  return Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS);
}
