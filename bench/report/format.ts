const integers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 1000000 as "1,000,000". */
export function formatCount(value: number): string {
  return integers.format(value);
}

/** Milliseconds as "4.21 ms", "340 ms", "1.72 s", "42.3 s" or "21 min". */
export function formatTime(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 600_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** 1.274 as "1.27×" and 812.4 as "812×". */
export function formatRatio(ratio: number): string {
  if (ratio < 10) return `${ratio.toFixed(2)}×`;
  return `${ratio < 100 ? ratio.toFixed(1) : formatCount(ratio)}×`;
}

/** Bytes as "283 MB", of a million bytes each. */
export function formatMegabytes(bytes: number): string {
  return `${formatCount(bytes / 1e6)} MB`;
}

/** 0.0421 as "4.2 %". */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A figure that may not be had on this system. */
export function orDash(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}

/** The least and the greatest, as `format` writes them. */
export function formatRange(values: readonly number[], format: (value: number) => string): string {
  return `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
}
