import type { SentError } from '@segcast/contracts';
import type { EngineName, EnginePreference } from '@segcast/scoring';
import type { ClaimedShard } from '@segcast/store';
import type { WarehouseOptions } from '@segcast/warehouse';

/** What a scoring thread is started with: plain data. */
export interface ThreadSettings {
  storeUrl: string;
  warehouse: Omit<WarehouseOptions, 'poolMax'>;
  engine: EnginePreference;
  /** Members per call of the engine. */
  batchSize: number;
}

/** A thread scores one shard at a time, so that no message needs to say which. */
export type ToThread =
  { kind: 'score'; shard: ClaimedShard } | { kind: 'abort'; reason: SentError };

export type FromThread =
  | { kind: 'ready'; engine: EngineName; notes: readonly string[] }
  | { kind: 'unusable'; error: SentError }
  | { kind: 'progress'; processed: number }
  | { kind: 'scored' }
  | { kind: 'failed'; error: SentError };
