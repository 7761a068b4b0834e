const integers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 23570 as "23,570". */
export function formatInteger(value: number): string {
  return integers.format(value);
}

/** Milliseconds as "340 ms", "1.7 s" or "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
