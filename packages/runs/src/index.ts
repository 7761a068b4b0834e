export { cancelRun } from './cancel-run.ts';
export { listCustomerPredictions } from './customer-predictions.ts';
export { createAudience, type AudienceRequest } from './create-audience.ts';
export { nightlyInForce } from './nightly-in-force.ts';
export { offerNames } from './offer-names.ts';
export { planShards } from './plan-shards.ts';
export { presentRun, toRunSummaries } from './present-run.ts';
export { listErrors, listResults, listRuns, readRun } from './read-runs.ts';
export { LiveSettings, readConfiguredRfm, type ScoringSetup } from './live-settings.ts';
export { predictionAt, readMatches, requireFinished, type Matches } from './read-matches.ts';
export { recommendedOffer } from './result-filter.ts';
export { findStoredResult, presenterOf } from './results.ts';
export { recountMembers, type Recount } from './recount-members.ts';
export type {
  ClaimSettings,
  PlanDeps,
  RunLog,
  RunSettings,
  ScoreDeps,
  ScoreShard,
  ShardDeps,
  SubmitDeps,
  TrainDeps,
  TrainedFiles,
  TrainModel,
} from './run-deps.ts';
export { requireExplainable } from './require-explainable.ts';
export { runShard } from './run-shard.ts';
export { runTraining } from './run-training.ts';
export { scoreShard, type ShardEvents } from './score-shard.ts';
export {
  submitNightly,
  submitRun,
  type SubmitRequest,
  type SubmittedNight,
  type SubmittedRun,
} from './submit-run.ts';
export { submitTraining, type SubmitTrainingDeps } from './submit-training.ts';
export { rfmSegmentsOf } from './summarize-run.ts';
export { sweep, type SweepDeps } from './sweep.ts';
export { takeQuintiles } from './take-quintiles.ts';
export { createSecret } from './webhooks/sign-message.ts';
export {
  deliver,
  dispatchDue,
  type DeliverDeps,
  type WebhookSettings,
} from './webhooks/deliver.ts';
export { isPublicAddress, publicLookup, refusePrivateAddress } from './webhooks/public-address.ts';
export { withActiveModels } from './with-active-models.ts';
