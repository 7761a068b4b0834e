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

/** `task` numbers the shards that a thread was given. */
export type ToThread =
  | { kind: 'score'; task: number; shard: ClaimedShard }
  | { kind: 'abort'; task: number; reason: SentError };

export type FromThread =
  | { kind: 'ready'; engine: EngineName; notes: readonly string[] }
  | { kind: 'unusable'; error: SentError }
  | { kind: 'progress'; task: number; processed: number }
  /** Only the saving is left to do: the thread can score another shard beside it. */
  | { kind: 'scored'; task: number }
  | { kind: 'saved'; task: number }
  | { kind: 'failed'; task: number; error: SentError };
