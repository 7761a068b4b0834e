export { cancelRun } from './cancel-run.ts';
export { offerNames } from './offer-names.ts';
export { planShards } from './plan-shards.ts';
export { presentRun, toRunSummaries } from './present-run.ts';
export { listErrors, listResults, listRuns, readRun } from './read-runs.ts';
export { readRunSettings, type ReadRunSettings, type ScoringSetup } from './read-run-settings.ts';
export { findStoredResult } from './results.ts';
export type {
  ClaimSettings,
  PlanDeps,
  RunLog,
  RunSettings,
  ScoreDeps,
  ScoreShard,
  ShardDeps,
  SubmitDeps,
} from './run-deps.ts';
export { runShard } from './run-shard.ts';
export { scoreShard } from './score-shard.ts';
export { submitNightly, submitRun, type SubmittedRun } from './submit-run.ts';
export { sweep, type SweepDeps } from './sweep.ts';
