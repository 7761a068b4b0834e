import { AppError } from '@segcast/contracts';

/** Below these a test split of 15 % says nothing. */
const LEAST_ROWS = 500;
const LEAST_OF_EACH = 50;
export const LEAST_OF_OFFER = 30;

/** @throws AppError `training_refused` saying how many customers are missing, and of what. */
export function requireEnoughChurn(labels: Float64Array): void {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  requireRows(labels.length);
  const [who, count] =
    positives < labels.length - positives
      ? ['who left', positives]
      : ['who stayed', labels.length - positives];
  if (count >= LEAST_OF_EACH) return;
  throw new AppError(
    'training_refused',
    `Of ${labels.length} customers there are ${count} ${who}; at least ${LEAST_OF_EACH} are needed, ${LEAST_OF_EACH - count} more. Choose another horizon or cut, or load more customers.`,
  );
}

/** @throws AppError `training_refused` when too few customers or offers can be learnt from. */
export function requireRows(rows: number): void {
  if (rows >= LEAST_ROWS) return;
  throw new AppError(
    'training_refused',
    `There are ${rows} customers to learn from; at least ${LEAST_ROWS} are needed, ${LEAST_ROWS - rows} more.`,
  );
}
