import { DEFAULT_RFM_SEGMENTS, type RfmSegments } from './rfm-segments.ts';

/** How many codes there are: three scores from 1 to 5. */
export const RFM_CODE_COUNT = 125;

export interface RfmScores {
  r: number;
  f: number;
  m: number;
}

/** The scores in a code R·100 + F·10 + M. */
export function rfmScores(code: number): RfmScores {
  return { r: Math.floor(code / 100), f: Math.floor(code / 10) % 10, m: code % 10 };
}

/** The place of a code among all 125 in rising order. */
export function rfmCodeIndex(code: number): number {
  const r = (code / 100) | 0;
  const f = ((code / 10) | 0) - r * 10;
  return (r - 1) * 25 + (f - 1) * 5 + (code % 10) - 1;
}

/** The code at a place that `rfmCodeIndex` gave. */
export function rfmCodeAt(index: number): number {
  return (
    (Math.floor(index / 25) + 1) * 100 + (Math.floor(index / 5) % 5) * 10 + 10 + (index % 5) + 1
  );
}

/** The segment of a code, by R and FM = (F + M) / 2 rounded half up. */
export function rfmSegmentName(code: number, segments: RfmSegments = DEFAULT_RFM_SEGMENTS): string {
  const { r, f, m } = rfmScores(code);
  const fm = Math.floor((f + m + 1) / 2);
  return segments[toScore(r)][toScore(fm)];
}

/** The codes of the segment with a name, in rising order; none where there is no such name. */
export function rfmCodesOf(name: string, segments: RfmSegments): number[] {
  const codes = Array.from({ length: RFM_CODE_COUNT }, (_, index) => rfmCodeAt(index));
  return codes.filter((code) => rfmSegmentName(code, segments) === name);
}

function toScore(score: number): keyof RfmSegments {
  return String(score) as keyof RfmSegments;
}
