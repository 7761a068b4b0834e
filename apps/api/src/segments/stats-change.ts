import type { StatsChange } from '@segcast/contracts';
import { newestOf, type LatestRuns } from './segment-stats.ts';

/** Beyond what stats are precise to; a difference of floats has more digits than meaning. */
const DIGITS = 6;

/** What has changed from the runs before to the latest ones, predictor by predictor. */
export function statsChange(latest: LatestRuns, previous: LatestRuns): StatsChange {
  const before = newestOf(previous);
  const now = newestOf(latest);
  return {
    since: before?.finishedAt?.toISOString() ?? null,
    members: now && before ? now.processed - before.processed : null,
    churn: between(latest.churn?.stats?.churn, previous.churn?.stats?.churn, (a, b) => ({
      avg_probability: difference(a.avg_probability, b.avg_probability),
      high: a.high - b.high,
      high_percentage: difference(a.high_percentage, b.high_percentage) ?? 0,
    })),
    nbo: between(latest.nbo?.stats?.nbo, previous.nbo?.stats?.nbo, (a, b) => ({
      avg_confidence: difference(a.avg_confidence, b.avg_confidence),
    })),
    rfm: between(latest.rfm?.stats?.rfm, previous.rfm?.stats?.rfm, (a, b) => ({
      avg_r: difference(a.avg_r, b.avg_r),
      avg_f: difference(a.avg_f, b.avg_f),
      avg_m: difference(a.avg_m, b.avg_m),
    })),
  };
}

function between<T, R>(a: T | undefined, b: T | undefined, of: (a: T, b: T) => R): R | null {
  return a === undefined || b === undefined ? null : of(a, b);
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Number((a - b).toFixed(DIGITS));
}
