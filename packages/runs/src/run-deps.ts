import type { ChurnThresholds, MlStatus } from '@segcast/contracts';
import type { JobQueue } from '@segcast/queue';
import type { RfmSettings, Scorer } from '@segcast/scoring';
import type {
  Capabilities,
  ClaimedShard,
  ClaimedTraining,
  Store,
  TrainingProgress,
} from '@segcast/store';
import type { Warehouse } from '@segcast/warehouse';

/** What runs say of their own life; pino's logger is one. */
export interface RunLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What is frozen into a run when it is submitted, as this service is set up now. */
export interface RunSettings {
  /** The engine to score with; `auto` takes that of the worker which plans the run. */
  engine: string;
  /** The models in use, one for each predictor. */
  models: MlStatus['models'];
  rfm: RfmSettings;
  /** For segments that have none of their own. */
  churnThresholds: ChurnThresholds;
}

export interface SubmitDeps {
  store: Store;
  queue: Pick<JobQueue, 'planRun'>;
  /** As last heard of; the models of a run are those in use when it is submitted. */
  settings: RunSettings;
  /** Runs that may be active at once. */
  maxActiveRuns: number;
  log: RunLog;
}

/** How claims are held and given up. */
export interface ClaimSettings {
  /** A claim whose holder is silent for so long is free to be taken over. */
  leaseMs: number;
  /** How often a holder prolongs its claim. */
  heartbeatMs: number;
  /** A shard or plan that was claimed so often without success fails its run. */
  maxClaims: number;
}

export interface PlanDeps {
  store: Store;
  warehouse: Warehouse;
  queue: Pick<JobQueue, 'scoreShards'>;
  claims: ClaimSettings;
  /** The engine of this worker, for runs that take any. */
  engine: string;
  /** Members per shard, about. */
  shardSize: number;
  log: RunLog;
}

/**
 * Scores a claimed shard and keeps the results, perhaps in another thread; rejects with the
 * signal's reason soon after it is aborted. Tells how many members it has read, now and then.
 */
export type ScoreShard = (
  shard: ClaimedShard,
  signal: AbortSignal,
  onProgress: (processed: number) => void,
) => Promise<void>;

export interface ShardDeps {
  store: Store;
  claims: ClaimSettings;
  /** The engines that `scoreShard` has. */
  capabilities: Capabilities;
  scoreShard: ScoreShard;
  log: RunLog;
}

/** The files of a version that was trained, by name, and what is worth knowing of it. */
export interface TrainedFiles {
  files: ReadonlyMap<string, Buffer>;
  notes: string[];
}

/**
 * Trains a model, perhaps in another thread; rejects with the signal's reason soon after it is
 * aborted. The version's name must follow from the run. Tells how far it is, now and then.
 */
export type TrainModel = (
  training: ClaimedTraining,
  signal: AbortSignal,
  onProgress: (progress: TrainingProgress) => void,
) => Promise<TrainedFiles>;

export interface TrainDeps {
  store: Store;
  claims: ClaimSettings;
  trainModel: TrainModel;
  log: RunLog;
}

export interface ScoreDeps {
  store: Store;
  warehouse: Warehouse;
  /** The scorer for the models and settings of a shard's run; the caller keeps and disposes it. */
  scorerFor: (shard: ClaimedShard) => Promise<Scorer>;
  /** Members per call of the engine. */
  batchSize: number;
}
