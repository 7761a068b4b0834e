import { AppError, type TrainRequest } from '@segcast/contracts';
import { readPurchaseHistory, type TrainingSource, type Warehouse } from '@segcast/warehouse';

export type ModelGoal = 'churn' | 'nbo';

const DAY_MS = 86_400_000;
/** The default horizon: twice the usual gap, by which most who come back have come. */
const GAPS = 2;
const [LEAST_HORIZON, GREATEST_HORIZON] = [28, 365];
/** Days before the cut that features need to say anything. */
const LEAST_HISTORY = 28;

/**
 * Where the rows to learn from are, with cut and horizon where they come from transactions.
 *
 * @throws AppError `training_refused` where the transactions do not reach far enough.
 */
export async function trainingSource(
  warehouse: Warehouse,
  goal: ModelGoal,
  request: TrainRequest,
): Promise<TrainingSource> {
  const { label, positive } = request;
  if (label !== undefined) {
    return { kind: 'table', label, ...(positive === undefined ? {} : { positive }) };
  }
  const history = await readPurchaseHistory(warehouse);
  const horizonDays = request.horizon_days ?? defaultHorizon(history.medianGapDays);
  const cut = request.cut ?? addDays(history.lastDay, -horizonDays);
  requireHistory(history, cut, horizonDays);
  const dated = { history, cut, horizonDays };
  if (goal === 'churn') return { kind: 'churn', ...dated };
  const offers = request.product_offers;
  if (offers) return { kind: 'offers', ...dated, offerOf: { kind: 'products', offers } };
  if (!history.categories) {
    throw new AppError(
      'training_refused',
      'The transactions have no categories, so no offer can be learnt from them. Import them with --category, or give a file that maps products to offers (--offers-file).',
    );
  }
  return { kind: 'offers', ...dated, offerOf: { kind: 'category' } };
}

/** The days after the cut in which a customer who comes back is expected to have come. */
function defaultHorizon(medianGapDays: number | null): number {
  const weeks = Math.ceil((GAPS * (medianGapDays ?? LEAST_HORIZON)) / 7);
  return Math.min(Math.max(7 * weeks, LEAST_HORIZON), GREATEST_HORIZON);
}

function requireHistory(
  { firstDay, lastDay }: { firstDay: string; lastDay: string },
  cut: string,
  horizonDays: number,
): void {
  const end = addDays(cut, horizonDays);
  if (end > lastDay) {
    throw new AppError(
      'training_refused',
      `The transactions end on ${lastDay}, but the ${horizonDays} days after the cut of ${cut} end on ${end}. Choose a cut of ${addDays(lastDay, -horizonDays)} or earlier, or a shorter horizon.`,
    );
  }
  if (addDays(firstDay, LEAST_HISTORY) > cut) {
    throw new AppError(
      'training_refused',
      `The transactions begin on ${firstDay}: before the cut of ${cut} there must be at least ${LEAST_HISTORY} days of them. Choose a later cut or a shorter horizon than ${horizonDays} days, or load older transactions.`,
    );
  }
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
