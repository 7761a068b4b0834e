import { AppError } from '@segcast/contracts';

/** What went wrong in the background, and in which queue and job where that is known. */
export type ReportError = (error: Error, context?: { queue?: string; jobId?: string }) => void;

/** Clients try again every few seconds; a pause this long between faults means it was back. */
const QUIET_MS = 60_000;

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01',
  '57P02',
  '57P03',
]);

const CONNECTION_MESSAGE =
  /ECONNREFUSED|Connection (is closed|terminated)|timeout e(xceeded|xpired)|isn't writeable|Socket timeout|max retries per request|^LOADING|server closed the connection/i;

/** Whether an error says that the back end is away, rather than that it refused something. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (
    (code !== undefined && CONNECTION_CODES.has(code)) || CONNECTION_MESSAGE.test(error.message)
  );
}

/**
 * Passes errors on, but only the first of an outage: every client and every attempt to reconnect
 * reports the same fault, for as long as it lasts.
 */
export function createOutageReporter(address: string, onError: ReportError): ReportError {
  let lastFault = Number.NEGATIVE_INFINITY;
  return (error, context) => {
    if (!isConnectionError(error)) {
      onError(error, context);
      return;
    }
    const now = Date.now();
    const known = now - lastFault < QUIET_MS;
    lastFault = now;
    if (!known) onError(queueUnavailable(address, error));
  };
}

/** The one error for a back end that is away. `address` names it without a password. */
export function queueUnavailable(address: string, cause?: unknown): AppError {
  const reason = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return new AppError(
    'queue_unavailable',
    `The job queue at ${address} does not answer${reason}. Check that the service runs; work goes on when it is back.`,
    { cause },
  );
}

/** The outcome of `work`, its connection errors as `queue_unavailable`. */
export async function orUnavailable<T>(address: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isConnectionError(error) ? queueUnavailable(address, error) : error;
  }
}
