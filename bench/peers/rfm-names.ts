import { rfmSegmentName } from '@segcast/scoring';

const SCORES = [1, 2, 3, 4, 5];

/** The RFM segment of each of the 125 codes. */
export function rfmNames(): Record<string, string> {
  const codes = SCORES.flatMap((r) =>
    SCORES.flatMap((f) => SCORES.map((m) => 100 * r + 10 * f + m)),
  );
  return Object.fromEntries(codes.map((code) => [String(code), rfmSegmentName(code)]));
}
