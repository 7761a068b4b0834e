import type { Explainer } from '../explain/explainer.ts';
import type { ModelManifest, ModelName } from '../models/model-manifest.ts';
import type { InputColumn, Predictor } from '@segcast/contracts';

/** Features to score, in columns; structurally what the warehouse streams. */
export interface ScoringBatch {
  size: number;
  /** One per name in `Scorer.columns`, in that order. A null is NaN, with its mask set. */
  columns: readonly Float64Array[];
  nulls: readonly Uint8Array[];
}

/** `outcome[i]` of a scored batch. */
export const OUTCOME = { scored: 0, imputed: 1, failed: 2 } as const;

/**
 * Scores of a batch in columns, reused by the next call. Row i of a failed customer holds no
 * meaning; `failures` says why it failed.
 */
export interface ScoredBatch {
  size: number;
  /** One `OUTCOME` per customer. */
  outcome: Uint8Array;
  failures: { row: number; code: FailureCode; error: string }[];
  /** Churn probability per customer, or null where churn was not asked for. */
  churn: Float32Array | null;
  /** Row-major, `OFFER_COUNT` probabilities per customer. */
  offers: Float32Array | null;
  /** Index of each customer's best offer (the least index among equals). */
  recommended: Uint8Array | null;
  rfm: RfmColumns | null;
}

export interface RfmColumns {
  /** R·100 + F·10 + M, each 1 to 5. */
  code: Int16Array;
  /** The batch's own columns of days, count and amount; NaN where the warehouse holds null. */
  recency: Float64Array;
  frequency: Float64Array;
  monetary: Float64Array;
}

export type FailureCode = 'input_not_finite' | 'prediction_not_finite';

/** Scores batches with frozen models and settings; holds an engine's memory until disposed. */
export interface Scorer {
  readonly predictors: readonly Predictor[];
  /** The warehouse columns it wants, each once. */
  readonly columns: readonly InputColumn[];
  /** One engine call per model. The answer is valid until the next call. */
  score(batch: ScoringBatch): ScoredBatch;
  /** The networks it runs: their manifests, and for each input the place of its column. */
  readonly networks: readonly ScoringNetwork[];
  /**
   * Explains churn, by some of the model's background rows; good until the scorer is disposed.
   * @throws AppError `model_unexplainable` where the model has no background.
   */
  explainer(backgroundRows?: number): Explainer;
  dispose(): void;
}

export interface ScoringNetwork {
  name: ModelName;
  manifest: ModelManifest;
  /** In `Scorer.columns`. */
  places: readonly number[];
}
