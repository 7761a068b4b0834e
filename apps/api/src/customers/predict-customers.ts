import {
  AppError,
  type CustomerPrediction,
  type CustomersPrediction,
  type PredictionType,
} from '@segcast/contracts';
import { requireExplainable } from '@segcast/runs';
import { placeholderWarning } from '@segcast/scoring';
import type { CustomerRow } from '@segcast/warehouse';
import type { ApiDeps } from '../api-deps.ts';
import { scoringTerms } from '../scoring/scoring-terms.ts';

/** @throws AppError `customer_not_found`. */
export async function findRow({ features }: ApiDeps, customerId: string): Promise<CustomerRow> {
  const row = await features.find(customerId);
  if (row !== null) return row;
  throw new AppError('customer_not_found', `The warehouse has no customer "${customerId}".`);
}

/**
 * Scores one customer. Throws `customer_not_found` and `customer_not_scorable`, and
 * `invalid_request` or `model_unexplainable` when there is nothing to explain.
 */
export async function predictCustomer(
  deps: ApiDeps,
  id: string,
  type: PredictionType,
  explain = false,
): Promise<CustomerPrediction> {
  if (explain) await requireExplainable(deps.store, type);
  const [terms, row] = await Promise.all([scoringTerms(deps, type), findRow(deps, id)]);
  const { customerId } = row;
  const scored = await deps.scorer.one({ terms, row, explain });
  if ('failure' in scored) {
    throw new AppError(
      'customer_not_scorable',
      `Customer "${customerId}" cannot be scored: ${scored.failure.error} (${scored.failure.code}).`,
    );
  }
  return {
    customer_id: customerId,
    type,
    mode: 'single',
    result: scored.result,
    models: terms.models,
    warning: placeholderWarning(terms.models),
  };
}

/** Scores many customers; the answer is a `CustomersPrediction` as JSON. */
export async function predictCustomers(
  deps: ApiDeps,
  customerIds: readonly string[],
  type: PredictionType,
): Promise<Uint8Array> {
  const terms = await scoringTerms(deps, type);
  const { results, ...counts } = await deps.scorer.many({ terms, customerIds });
  const rest: Omit<CustomersPrediction, 'results'> = {
    type,
    mode: 'batch',
    ...counts,
    models: terms.models,
    warning: placeholderWarning(terms.models),
  };
  // The results go where the list would: they have been written in the scoring thread.
  const opening = JSON.stringify(rest).slice(0, -1);
  return Buffer.concat([Buffer.from(`${opening},"results":`), results, Buffer.from('}')]);
}
