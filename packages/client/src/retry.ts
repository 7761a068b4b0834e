const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_MS = 250;
const LONGEST_MS = 8000;
/** Whoever is told to wait for longer is told so instead of kept waiting. */
const MOST_PATIENCE_MS = 60_000;

/** Whether the same request may go better a little later. */
export function isRetryable(response: Response, code: string | undefined): boolean {
  return RETRYABLE.has(response.status) || code === 'idempotency_in_flight';
}

/**
 * Milliseconds to wait before the next attempt, or null where that would be too long: what the
 * answer asks for and a little more, else a random share of a time that doubles ("full jitter").
 * @param attempt 0 after the first
 */
export function retryDelay(attempt: number, response?: Response): number | null {
  const asked = retryAfterMs(response);
  if (asked === null) return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return asked > MOST_PATIENCE_MS ? null : asked + Math.random() * FIRST_MS;
}

/** `Retry-After` in milliseconds, be it seconds or a date; null where there is none. */
export function retryAfterMs(response: Response | undefined): number | null {
  const value = response?.headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Resolves after a time. @throws the signal's reason when that comes first. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
