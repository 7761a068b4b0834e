import type { RfmSettings } from './rfm-settings.ts';

/** Four thresholds turned so that a greater value is always the better one. */
export interface Ladder {
  sign: 1 | -1;
  five: number;
  four: number;
  three: number;
  two: number;
}

/** The ladder of the days since the last transaction: the fewer the better. */
export function recencyLadder([five, four, three, two]: RfmSettings['recency']): Ladder {
  return { sign: -1, five: -five, four: -four, three: -three, two: -two };
}

/** The ladder of a count or an amount: the more the better. */
export function amountLadder([five, four, three, two]: RfmSettings['frequency']): Ladder {
  return { sign: 1, five, four, three, two };
}

/** A score from 1 to 5; NaN, which stands for null, reaches no threshold and scores 1. */
export function ladderScore(value: number, ladder: Ladder): number {
  const signed = value * ladder.sign;
  if (signed >= ladder.five) return 5;
  if (signed >= ladder.four) return 4;
  if (signed >= ladder.three) return 3;
  return signed >= ladder.two ? 2 : 1;
}
