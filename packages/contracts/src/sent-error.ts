import { AppError } from './app-error.ts';
import type { ErrorCode } from './error-codes.ts';

/** An error on its way between threads, which keep no classes. */
export interface SentError {
  message: string;
  stack: string | undefined;
  /** Of an AppError. */
  code: ErrorCode | null;
  retryable: boolean;
}

/** An error as plain data; what is no `Error` becomes the message of one. */
export function toSentError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof AppError) {
    return { message, stack, code: error.code, retryable: error.retryable };
  }
  return { message, stack, code: null, retryable: true };
}

/** The error as it was thrown, with the stack of the thread that threw it. */
export function fromSentError({ message, stack, code, retryable }: SentError): Error {
  const error = code === null ? new Error(message) : new AppError(code, message, { retryable });
  if (stack !== undefined) error.stack = stack;
  return error;
}
