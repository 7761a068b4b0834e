import { amountLadder, ladderScore, recencyLadder, type Ladder } from '../rfm/rfm-ladder.ts';
import type { RfmSettings } from '../rfm/rfm-settings.ts';
import { markFailed, notFinite, type RowMarks } from './row-marks.ts';
import type { RfmColumns, ScoringBatch } from './scoring-batch.ts';

/** One of R, F and M, ready to be scored. */
interface RfmPart {
  name: 'recency' | 'frequency' | 'monetary';
  column: string;
  /** The place of its column in `ScoringBatch.columns`. */
  place: number;
  ladder: Ladder;
  /** What its score counts in a code: 100, 10 or 1. */
  weight: number;
}

export interface RfmScorer {
  columns: RfmColumns;
  parts: readonly RfmPart[];
}

const NO_VALUES = new Float64Array(0);

/** @param placeOf the place of a warehouse column in `ScoringBatch.columns` */
export function createRfmScorer(
  settings: RfmSettings,
  placeOf: (column: string) => number,
  batchSize: number,
): RfmScorer {
  const columns: RfmColumns = {
    code: new Int16Array(batchSize),
    recency: NO_VALUES,
    frequency: NO_VALUES,
    monetary: NO_VALUES,
  };
  const part = (name: RfmPart['name'], ladder: Ladder, weight: number): RfmPart => {
    const column = settings.columns[name];
    return { name, column, place: placeOf(column), ladder, weight };
  };
  return {
    columns,
    parts: [
      part('recency', recencyLadder(settings.recency), 100),
      part('frequency', amountLadder(settings.frequency), 10),
      part('monetary', amountLadder(settings.monetary), 1),
    ],
  };
}

/**
 * Scores by thresholds. A null has a meaning of its own here (never, or none), so it scores 1 and
 * counts as nothing imputed.
 */
export function scoreRfm(scorer: RfmScorer, batch: ScoringBatch, marks: RowMarks): void {
  scorer.columns.code.fill(0, 0, batch.size);
  for (const part of scorer.parts) {
    // The values scored are those of the batch.
    scorer.columns[part.name] = batch.columns[part.place]!;
    scorePart(part, scorer.columns.code, batch, marks);
  }
}

function scorePart(
  { column: name, place, ladder, weight }: RfmPart,
  codes: Int16Array,
  batch: ScoringBatch,
  marks: RowMarks,
): void {
  const column = batch.columns[place]!;
  const nulls = batch.nulls[place]!;
  const score = ladderScore;
  for (let row = 0; row < batch.size; row++) {
    const value = column[row]!;
    codes[row] = codes[row]! + weight * score(value, ladder);
    if (!Number.isFinite(value) && nulls[row] !== 1) {
      markFailed(marks, row, 'input_not_finite', notFinite(name, value));
    }
  }
}
