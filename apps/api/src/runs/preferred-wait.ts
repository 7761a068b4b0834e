const LONGEST_WAIT = 60;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240), at most 60; null where none is asked for. A
 * preference that makes no sense is let be, as the RFC has it.
 */
export function preferredWait(prefer: string | undefined): number | null {
  for (const preference of (prefer ?? '').split(',')) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(;|$)/i.exec(preference)?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), LONGEST_WAIT);
  }
  return null;
}
