import { AppError } from '@segcast/contracts';
import pg from 'pg';

/** SQLSTATE classes and codes that say "not now" about the connection, not about the statement. */
const UNAVAILABLE = /^(08...|57P0.|53...|25P03|55P03|40001|40P01)$/;
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
]);
/** What pg throws as plain errors, without a code. */
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Connection ended/i;

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether `error` means that the database cannot be reached or asked at the moment. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (error instanceof pg.DatabaseError) return UNAVAILABLE.test(code);
  return SOCKET.has(code) || LOST.test(error.message);
}

/** pg's errors in our words; an error that is no fault of the connection passes unchanged. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof AppError || !isUnavailable(error)) return error;
  const detail = error instanceof Error && error.message !== '' ? error.message : 'no connection';
  return new AppError(
    'store_unavailable',
    `The database of Segcast does not answer (${detail}). Check DATABASE_URL and that PostgreSQL is up.`,
    { cause: error },
  );
}

/** Runs `work` and turns a lost connection into `store_unavailable`. */
export async function guardStore<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
}

/** The name of the unique index or constraint that refused a write, or null. */
export function violatedConstraint(error: unknown): string | null {
  return error instanceof pg.DatabaseError && error.code?.startsWith('23') === true
    ? (error.constraint ?? null)
    : null;
}
