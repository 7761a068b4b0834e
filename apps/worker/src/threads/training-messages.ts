import type { SentError } from '@segcast/contracts';
import type { ClaimedTraining, TrainingProgress } from '@segcast/store';
import type { WarehouseOptions } from '@segcast/warehouse';

/** What a training thread is started with: plain data. */
export interface TrainingSettings {
  warehouse: Omit<WarehouseOptions, 'poolMax'>;
}

/** The one thing that a training thread is told: what to train. It ends with that. */
export interface ToTraining {
  training: ClaimedTraining;
}

export type FromTraining =
  | { kind: 'ready' }
  | { kind: 'unusable'; error: SentError }
  | { kind: 'progress'; progress: TrainingProgress }
  | { kind: 'trained'; files: [name: string, bytes: Uint8Array][]; notes: string[] }
  | { kind: 'failed'; error: SentError };
