/** Milliseconds since 1970 with their fractions; the servers on this machine read the same clock. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
