import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** Where in a request a fault lies: a JSON pointer (RFC 6901) and what is wrong there. */
export interface FieldError {
  pointer: string;
  detail: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** Overrides the catalogue's word on whether trying again can help. */
  retryable?: boolean;
  /** Seconds after which trying again can help. */
  retryAfter?: number;
}

/**
 * The one error of Segcast. `message` names the thing, the value and the remedy; `code` is the
 * stable name under which `ERROR_CODES` keeps the HTTP status and the title.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly errors: FieldError[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
}
