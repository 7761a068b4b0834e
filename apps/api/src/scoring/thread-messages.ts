import type { ChurnThresholds, FailureItem, PredictionResult, SentError } from '@segcast/contracts';
import type { EngineName, EnginePreference, Offer, ScorerSettings } from '@segcast/scoring';
import type { CustomerRow, WarehouseOptions } from '@segcast/warehouse';

/** What the scoring thread is started with: plain data. */
export interface ThreadSettings {
  storeUrl: string;
  warehouse: Omit<WarehouseOptions, 'poolMax'>;
  engine: EnginePreference;
  /** Scored once before the thread is ready, so that the first request finds it warm. */
  warmUp: readonly ScorerSettings[];
}

/** What decides a score and how it is shown: what a run submitted now would freeze. */
export interface ScoringTerms extends ScorerSettings {
  churnThresholds: ChurnThresholds;
  /** As results show them; none are needed where none are scored. */
  offers: readonly Offer[];
}

/** Why a customer has no score; as a run keeps it. */
export type Failure = Omit<FailureItem, 'customer_id'>;

export type OneScored = { result: PredictionResult } | { failure: Failure };

export interface ManyScored {
  total: number;
  successful: number;
  failed: number;
  /** The results as a JSON list: made in the thread, since it may be of many megabytes. */
  results: Uint8Array;
  errors: FailureItem[];
}

export type Request =
  | { kind: 'one'; terms: ScoringTerms; row: CustomerRow; explain: boolean }
  | { kind: 'many'; terms: ScoringTerms; customerIds: readonly string[] };

export type ToThread = Request & { id: number };

export type FromThread =
  | { kind: 'ready'; engine: EngineName; notes: readonly string[] }
  | { kind: 'one'; id: number; scored: OneScored }
  | { kind: 'many'; id: number; scored: ManyScored }
  | { kind: 'failed'; id: number; error: SentError };
