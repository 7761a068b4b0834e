import { OFFER_COUNT, type PredictionResult } from '@segcast/contracts';
import {
  OUTCOME,
  rfmSettingsSchema,
  toPredictionResult,
  type PredictionContext,
  type ScoredBatch,
  type ScorerCache,
  type StoredPrediction,
} from '@segcast/scoring';
import {
  canonicalIds,
  customersCondition,
  rowInputs,
  streamMembers,
  type CustomerRow,
  type MemberBatch,
  type Warehouse,
} from '@segcast/warehouse';
import { explainChurn, withExplanation } from './explain-churn.ts';
import type { Failure, ManyScored, OneScored, ScoringTerms } from './thread-messages.ts';

export interface ScoreCustomersDeps {
  scorers: Pick<ScorerCache, 'scorerFor'>;
  warehouse: Warehouse;
  /** Customers per call of the engine: few, so that single ones wait for no long call. */
  batchSize: number;
}

/** Scores one customer from a row that was looked up. */
export async function scoreOne(
  { scorers }: Pick<ScoreCustomersDeps, 'scorers'>,
  terms: ScoringTerms,
  { row, explain }: { row: CustomerRow; explain: boolean },
): Promise<OneScored> {
  const scorer = await scorers.scorerFor(terms);
  const inputs = rowInputs(row, scorer.columns);
  const scored = scorer.score(inputs);
  const [failure] = scored.failures;
  if (failure !== undefined) return { failure: { code: failure.code, error: failure.error } };
  const prediction = predictionAt(scored, 0, row.customerId);
  const result = toPredictionResult(terms.type, prediction, contextOf(terms));
  return { result: explain ? withExplanation(result, explainChurn(scorer, inputs)) : result };
}

/**
 * Scores many customers, each once, as the warehouse has them now: one read of all of them costs
 * less than looking each up in a cache. An id that nobody has, or a customer that cannot be scored,
 * is an error of its own and spoils nothing else.
 */
export async function scoreMany(
  { scorers, warehouse, batchSize }: ScoreCustomersDeps,
  terms: ScoringTerms,
  customerIds: readonly string[],
): Promise<ManyScored> {
  const asked = [...new Set(customerIds)];
  const canonical = await canonicalIds(warehouse, asked);
  const outcomes = new Map<string, string | Failure>();
  const { columns } = await scorers.scorerFor(terms);
  const context = contextOf(terms);
  const present = (prediction: StoredPrediction) =>
    toPredictionResult(terms.type, prediction, context);
  await streamMembers(warehouse, {
    condition: await customersCondition(warehouse, [...new Set(canonical.values())]),
    range: { lo: null, hi: null },
    columns,
    batchSize,
    onBatch: async (batch) => {
      const scorer = await scorers.scorerFor(terms);
      collect(outcomes, batch, scorer.score(batch), present);
    },
  });
  return summarize(asked, (id) => outcomes.get(canonical.get(id) ?? '') ?? unknownCustomer(id));
}

/** Keeps, by the customer's id, the result as JSON or why there is none. */
function collect(
  outcomes: Map<string, string | Failure>,
  { size, ids, idOffsets }: MemberBatch,
  scored: ScoredBatch,
  present: (prediction: StoredPrediction) => PredictionResult,
): void {
  const idOf = (row: number): string =>
    Buffer.from(ids.subarray(idOffsets[row], idOffsets[row + 1])).toString();
  for (const { row, code, error } of scored.failures) outcomes.set(idOf(row), { code, error });
  for (let row = 0; row < size; row++) {
    if (scored.outcome[row] === OUTCOME.failed) continue;
    const id = idOf(row);
    const result = present(predictionAt(scored, row, id));
    outcomes.set(id, JSON.stringify({ customer_id: id, result }));
  }
}

function summarize(
  asked: readonly string[],
  outcomeOf: (id: string) => string | Failure,
): ManyScored {
  const results: string[] = [];
  const errors: ManyScored['errors'] = [];
  for (const id of asked) {
    const outcome = outcomeOf(id);
    if (typeof outcome === 'string') results.push(outcome);
    else errors.push({ customer_id: id, ...outcome });
  }
  return {
    total: asked.length,
    successful: results.length,
    failed: errors.length,
    results: new TextEncoder().encode(`[${results.join(',')}]`),
    errors,
  };
}

function unknownCustomer(id: string): Failure {
  return { code: 'customer_not_found', error: `The warehouse has no customer "${id}".` };
}

function contextOf({ churnThresholds, rfmSettings, offers }: ScoringTerms): PredictionContext {
  return { churnThresholds, rfmSegments: rfmSettingsSchema.parse(rfmSettings).segments, offers };
}

function predictionAt(scored: ScoredBatch, row: number, customerId: string): StoredPrediction {
  const { churn, offers, rfm } = scored;
  const value = (column: Float64Array): number | null =>
    Number.isNaN(column[row]) ? null : column[row]!;
  return {
    customerId,
    churnProbability: churn?.[row] ?? null,
    offerScores: offers && [...offers.subarray(row * OFFER_COUNT, (row + 1) * OFFER_COUNT)],
    rfm: rfm && {
      code: rfm.code[row]!,
      recency: value(rfm.recency),
      frequency: value(rfm.frequency),
      monetary: value(rfm.monetary),
    },
  };
}
