import { AppError } from '@segcast/contracts';
import pg from 'pg';

/** SQLSTATEs and classes (PostgreSQL's appendix A) after which waiting may help. */
const TIMEOUT = /^(57014|55P03|25P03|25P04)$/;
const UNAVAILABLE = /^(08|28|3D|40|53|57P|58)/;
/** A wrong password or database does not mend itself. */
const LASTING = /^(28|3D)/;

/** The AppError for what pg threw while doing `action` ("count members of public.customers"). */
export function toWarehouseError(error: unknown, action: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof pg.DatabaseError) return fromServer(error, action);
  return new AppError(
    'warehouse_unavailable',
    `Could not ${action}: ${reasonOf(error)}. Check that DWH_URL names a running PostgreSQL server.`,
    // An invalid URL's error repeats the URL, and with it the password.
    error instanceof Error && 'input' in error ? {} : { cause: error },
  );
}

function fromServer(error: pg.DatabaseError, action: string): AppError {
  const code = error.code ?? '';
  const said = `Could not ${action}: PostgreSQL says "${error.message}" (${code})`;
  if (TIMEOUT.test(code)) {
    return new AppError(
      'warehouse_timeout',
      `${said}. Try again when the warehouse is less busy, or raise DWH_STATEMENT_TIMEOUT_MS.`,
      { cause: error },
    );
  }
  if (UNAVAILABLE.test(code)) {
    return new AppError(
      'warehouse_unavailable',
      `${said}. Check the warehouse server and DWH_URL.`,
      {
        cause: error,
        retryable: !LASTING.test(code),
      },
    );
  }
  const remedy =
    code === '42501'
      ? 'Grant SELECT to the role in DWH_URL.'
      : 'Check DWH_URL and the definition of the relation.';
  return new AppError('warehouse_invalid', `${said}. ${remedy}`, { cause: error });
}

/** Whether a connection that brought this error can serve the next statement. */
export function leavesConnectionUsable(error: unknown): boolean {
  const origin = error instanceof AppError ? error.cause : error;
  return origin instanceof pg.DatabaseError && !/^(08|57P)/.test(origin.code ?? '');
}

/** Whether the catalogue has changed under a statement: a relation or column is gone or altered. */
export function hasStaleNames(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(42|0A)/.test(error.code ?? '');
}

function reasonOf(error: unknown): string {
  // Node reports a host with several addresses as one error without a message.
  const first: unknown =
    error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
