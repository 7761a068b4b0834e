import { expect, test } from 'vitest';
import { RFM_CODE_COUNT, rfmCodeAt, rfmCodeIndex, rfmScores, rfmSegmentName } from './rfm-code.ts';

const FM_ORDER = [5, 4, 3, 2, 1];
const TABLE: Record<number, string> = {
  5: 'Champions | Champions | Potential Loyalists | Potential Loyalists | New Customers',
  4: 'Loyal Customers | Loyal Customers | Potential Loyalists | Potential Loyalists | Promising',
  3: 'Loyal Customers | Loyal Customers | Need Attention | About to Sleep | About to Sleep',
  2: 'Cannot Lose Them | At Risk | At Risk | Hibernating | Hibernating',
  1: 'Cannot Lose Them | At Risk | At Risk | Hibernating | Lost',
};
/** F and M from 1 to 5, to FM rounded half up. */
const FM = [
  [1, 2, 2, 3, 3],
  [2, 2, 3, 3, 4],
  [2, 3, 3, 4, 4],
  [3, 3, 4, 4, 5],
  [3, 4, 4, 5, 5],
];
const SCORES = [1, 2, 3, 4, 5];
const CODES = SCORES.flatMap((r) => SCORES.flatMap((f) => SCORES.map((m) => ({ r, f, m }))));

test('names all 125 codes by the R × FM grid', () => {
  expect(CODES).toHaveLength(RFM_CODE_COUNT);
  for (const { r, f, m } of CODES) {
    const fm = FM[f - 1]![m - 1]!;
    const expected = TABLE[r]!.split(' | ')[FM_ORDER.indexOf(fm)];
    expect(rfmSegmentName(r * 100 + f * 10 + m), `${r}${f}${m}`).toBe(expected);
  }
});

test('takes a code apart and finds its place among all in rising order', () => {
  CODES.forEach((scores, index) => {
    const code = scores.r * 100 + scores.f * 10 + scores.m;
    expect(rfmScores(code)).toEqual(scores);
    expect(rfmCodeIndex(code)).toBe(index);
    expect(rfmCodeAt(index)).toBe(code);
  });
});

test('takes names from another grid', () => {
  const row = { 5: 'a', 4: 'b', 3: 'c', 2: 'd', 1: 'e' };
  const grid = { 5: row, 4: row, 3: row, 2: row, 1: { ...row, 1: 'gone' } };
  expect(rfmSegmentName(155, grid)).toBe('a');
  expect(rfmSegmentName(111, grid)).toBe('gone');
});
