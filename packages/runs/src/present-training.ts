import type { RunSummary, TrainingRun } from '@segcast/contracts';
import type { RunRecord, TrainingRecord } from '@segcast/store';

/** What a run that trains a model shows of it; which product is which offer is left out. */
export function presentTraining(training: TrainingRecord): TrainingRun {
  const { model, activate, stage, outcome } = training;
  const options = { ...training.options, activate };
  delete options.product_offers;
  return {
    model,
    options,
    stage,
    version: outcome?.version ?? null,
    grade: outcome?.grade ?? null,
    metrics: outcome?.metrics ?? null,
    notes: outcome?.notes ?? null,
    activated: outcome?.activated ?? null,
    not_activated: outcome?.not_activated ?? null,
  };
}

/**
 * Rows while it reads, whose number nobody knows before; epochs, or fewer of them, while it fits; in
 * the end the customers learnt from.
 */
export function trainingProgress(
  status: RunRecord['status'],
  { stage, done, total }: TrainingRecord,
): RunSummary['progress'] {
  const fraction = stage === 'measuring' ? 1 : total === null ? 0 : Math.min(done / total, 1);
  return {
    total: total ?? done,
    processed: done,
    fraction: status === 'succeeded' ? 1 : fraction,
    customers_per_second: null,
    eta_seconds: null,
  };
}
