import { OUTCOME, type FailureCode, type ScoredBatch } from './scoring-batch.ts';

/** What has become of each customer of a batch so far. */
export interface RowMarks {
  outcome: Uint8Array;
  failures: ScoredBatch['failures'];
}

/** A customer fails once and wholly, for the first reason found. */
export function markFailed(marks: RowMarks, row: number, code: FailureCode, error: string): void {
  if (marks.outcome[row] === OUTCOME.failed) return;
  marks.outcome[row] = OUTCOME.failed;
  marks.failures.push({ row, code, error });
}

/** A value of this customer was null and has been replaced by the model's imputed value. */
export function markImputed(marks: RowMarks, row: number): void {
  if (marks.outcome[row] === OUTCOME.scored) marks.outcome[row] = OUTCOME.imputed;
}

/** The reason for which a value that is not null cannot be an input. */
export function notFinite(column: string, value: number): string {
  return `${column} is ${value}, which is not a finite number`;
}
