import { PREDICTORS, type AggregatedStats, type SegmentStats } from '@segcast/contracts';
import { OFFER_IDS } from '../models/model-manifest.ts';
import { rfmCodeAt, rfmScores, rfmSegmentName } from '../rfm/rfm-code.ts';
import type { RfmSegments } from '../rfm/rfm-segments.ts';
import { createStats, PROBABILITY_STEPS, type PartialStats } from './partial-stats.ts';

/**
 * The stats as clients see them. Only what was counted appears in a distribution, in the order of
 * the names; rankings go from the most to the least, equals by name.
 */
export function summarizeStats(stats: PartialStats, segments?: RfmSegments): AggregatedStats {
  return {
    ...(stats.churn && { churn: summarizeChurn(stats.churn) }),
    ...(stats.nbo && { nbo: summarizeNbo(stats.nbo) }),
    ...(stats.rfm && { rfm: summarizeRfm(stats.rfm, segments) }),
  };
}

/** What a segment that was never scored shows: every part, with zero counts and null averages. */
export function emptyStats(): SegmentStats['stats'] {
  return summarizeStats(createStats(PREDICTORS)) as SegmentStats['stats'];
}

function summarizeChurn(stats: NonNullable<PartialStats['churn']>) {
  const { high, medium, low, histogram } = stats;
  const count = high + medium + low;
  return {
    high,
    medium,
    low,
    count,
    avg_probability: average(stats.probability_sum / PROBABILITY_STEPS, count),
    high_percentage: percentage(high, count),
    medium_percentage: percentage(medium, count),
    low_percentage: percentage(low, count),
    histogram: [...histogram],
  };
}

function summarizeNbo(stats: NonNullable<PartialStats['nbo']>) {
  const counts = stats.recommended.map((count, offer): Counted => [OFFER_IDS[offer]!, count]);
  const count = total(stats.recommended);
  return {
    top_offers: ranked(counts),
    distribution: distribution(counts),
    avg_confidence: average(stats.confidence_sum / PROBABILITY_STEPS, count),
    count,
  };
}

function summarizeRfm({ codes }: NonNullable<PartialStats['rfm']>, segments?: RfmSegments) {
  const bySegment = new Map<string, number>();
  const sums = { r: 0, f: 0, m: 0 };
  codes.forEach((count, index) => {
    const code = rfmCodeAt(index);
    const { r, f, m } = rfmScores(code);
    sums.r += r * count;
    sums.f += f * count;
    sums.m += m * count;
    const name = rfmSegmentName(code, segments);
    bySegment.set(name, (bySegment.get(name) ?? 0) + count);
  });
  const count = total(codes);
  return {
    distribution: distribution([...bySegment]),
    top_segments: ranked([...bySegment]),
    avg_r: average(sums.r, count),
    avg_f: average(sums.f, count),
    avg_m: average(sums.m, count),
    count,
  };
}

type Counted = [name: string, count: number];

function distribution(counts: readonly Counted[]): Record<string, number> {
  return Object.fromEntries(counts.filter(([, count]) => count > 0).sort(byName));
}

function ranked(counts: readonly Counted[]): Counted[] {
  return counts.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1] || byName(a, b));
}

function byName([a]: Counted, [b]: Counted): number {
  return a < b ? -1 : 1;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function average(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

/** With one decimal, rounded half up. */
function percentage(part: number, count: number): number {
  return count === 0 ? 0 : Math.round((part * 1000) / count) / 10;
}
