import { OFFER_COUNT, type Predictor } from '@segcast/contracts';
import { RFM_CODE_COUNT } from '../rfm/rfm-code.ts';
import { createStats, HISTOGRAM_BINS, type PartialStats } from './partial-stats.ts';

/**
 * Where a segment's row of doubles has what; rows add up as the stats themselves do. The order is
 * kept in unfinished runs: only ever append to it.
 */
export const COUNT_AT = {
  members: 0,
  successful: 1,
  failed: 2,
  imputed: 3,
  high: 4,
  medium: 5,
  low: 6,
  probabilitySum: 7,
  confidenceSum: 8,
  histogram: 9,
  recommended: 9 + HISTOGRAM_BINS,
  codes: 9 + HISTOGRAM_BINS + OFFER_COUNT,
} as const;

/** Doubles per segment. */
export const SEGMENT_COUNTS = COUNT_AT.codes + RFM_CODE_COUNT;

/** The stats of the segment with this number; of no members where it has no row. */
export function statsOfSegment(
  counts: Float64Array | null,
  number: number,
  predictors: readonly Predictor[],
): PartialStats {
  const stats = createStats(predictors);
  const row = counts?.subarray(number * SEGMENT_COUNTS, (number + 1) * SEGMENT_COUNTS);
  if (row === undefined || row.length === 0) return stats;
  stats.members = row[COUNT_AT.members]!;
  stats.successful = row[COUNT_AT.successful]!;
  stats.failed = row[COUNT_AT.failed]!;
  stats.imputed = row[COUNT_AT.imputed]!;
  if (stats.churn) {
    stats.churn.high = row[COUNT_AT.high]!;
    stats.churn.medium = row[COUNT_AT.medium]!;
    stats.churn.low = row[COUNT_AT.low]!;
    stats.churn.probability_sum = row[COUNT_AT.probabilitySum]!;
    stats.churn.histogram = listAt(row, COUNT_AT.histogram, HISTOGRAM_BINS);
  }
  if (stats.nbo) {
    stats.nbo.recommended = listAt(row, COUNT_AT.recommended, OFFER_COUNT);
    stats.nbo.confidence_sum = row[COUNT_AT.confidenceSum]!;
  }
  if (stats.rfm) stats.rfm.codes = listAt(row, COUNT_AT.codes, RFM_CODE_COUNT);
  return stats;
}

function listAt(row: Float64Array, start: number, length: number): number[] {
  return Array.from(row.subarray(start, start + length));
}
