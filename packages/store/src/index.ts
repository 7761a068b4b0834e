export * from './active-models.ts';
export { hashSecret } from './api-key-secret.ts';
export {
  anyApiKey,
  createApiKey,
  createFirstApiKey,
  deleteApiKey,
  findApiKey,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
  type ApiKeyRecord,
  type NewApiKey,
} from './api-keys.ts';
export { listAudienceMembers, streamAudienceMembers } from './audience-members.ts';
export { deleteAudience, listAudiences, readAudience, type AudienceRecord } from './audiences.ts';
export * from './cancel-run.ts';
export type { PredictionColumns } from './chunk-encoder.ts';
export * from './clean-predictions.ts';
export {
  closeRun,
  failRun,
  type RunSummaryParts,
  type SegmentSummary,
  type Summarize,
} from './close-run.ts';
export { CUSTOMER_ARRAYS, eraseCustomer, forgetErasures } from './erase-customer.ts';
export * from './explained-runs.ts';
export { listFailures, type FailedCustomer } from './failures.ts';
export * from './compare-members.ts';
export * from './customer-predictions.ts';
export * from './delete-segment.ts';
export * from './latest-run-ids.ts';
export * from './trends.ts';
export * from './diff-audiences.ts';
export * from './deliveries.ts';
export * from './finish-shard.ts';
export { deleteOldKeys, findKeyedRun, type IdempotencyKey } from './idempotency.ts';
export * from './insert-audience.ts';
export * from './insert-run.ts';
export * from './lost-jobs.ts';
export type { MemberBitmaps } from './memberships.ts';
export * from './migrate-store.ts';
export {
  insertModelVersion,
  listModelVersions,
  modelNotFound,
  readModelFiles,
  readModelVersion,
  type ModelFile,
  type ModelVersionRecord,
  type ModelVersionSource,
  type NewModelVersion,
} from './model-versions.ts';
export * from './offers.ts';
export * from './open-store.ts';
export * from './plan-run.ts';
export * from './predictions.ts';
export { isMember } from './memberships.ts';
export * from './read-chunks.ts';
export { decodeResultCursor, encodeResultCursor } from './result-cursor.ts';
export * from './present-api-key.ts';
export * from './run-notices.ts';
export {
  readRunRecord,
  type FrozenRun,
  type FrozenSegment,
  type RunKind,
  type RunRecord,
  type StoredError,
  type StoredRunStatus,
} from './run-record.ts';
export { readRunSegments, readSegmentCounts, type RunSegmentRecord } from './run-segments.ts';
export {
  latestRunRecords,
  listRunRecords,
  readShardParts,
  type RunFilter,
  type ShardPart,
} from './runs.ts';
export * from './schedules.ts';
export type { SegmentRecord } from './segment-record.ts';
export * from './segments.ts';
export * from './sessions.ts';
export * from './shards.ts';
export { insertSubmission, type Submission, type Submitted } from './submit.ts';
export * from './sweep-lock.ts';
export type { NewTraining, TrainingRecord } from './training-record.ts';
export * from './trainings.ts';
export * from './webhooks.ts';
export * from './write-segments.ts';
