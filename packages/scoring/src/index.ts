export {
  createEngine,
  type CreateEngineOptions,
  type EnginePreference,
} from './engine/create-engine.ts';
export type { EngineModel } from './engine/engine-model.ts';
export { Engine, type EngineName } from './engine/engine.ts';
export { loadTrainingBackend, type TrainingBackend } from './engine/training-backend.ts';
export type { TfjsNodeLoader } from './engine/load-tfjs-node.ts';
export {
  BGNBD_COLUMNS,
  historyOfRow,
  lifetimeOf,
  probabilityOfNone,
  purchaseHistory,
  type PurchaseHistory,
} from './models/bgnbd.ts';
export { calibrate, logit } from './models/calibrate.ts';
export { distinctColumns, featureValue, inputColumn } from './models/input-column.ts';
export { inputWidth, MAX_CATEGORIES, networkWidth } from './models/manifest-input.ts';
export type { InputHistogram } from './models/manifest-input.ts';
export {
  BACKGROUND_ROWS,
  GRADES,
  type BgnbdParameters,
  type BgnbdShape,
  type Calibration,
  type Grade,
  type ModelMetrics,
  type ModelScores,
  type TrainingFacts,
} from './models/manifest-training.ts';
export { encodeInput, standardizeRows } from './models/standardize.ts';
export {
  loadModels,
  modelFiles,
  modelFolder,
  readCurrentVersion,
  readModel,
  type Model,
  type Models,
  type ModelSource,
} from './models/load-models.ts';
export { sealManifest, sha256 } from './models/manifest-hash.ts';
export {
  MODEL_NAMES,
  OFFER_IDS,
  type ModelInput,
  type ModelManifest,
  type ModelName,
} from './models/model-manifest.ts';
export { plainPredict, type DenseLayer } from './models/plain-network.ts';
export { versionFiles, type UnsealedManifest } from './models/save-model.ts';
export { toArtifacts, toDenseLayers } from './models/take-network.ts';
export {
  placeholderWarning,
  rfmVersion,
  usedModels,
  type UsedModels,
} from './models/used-models.ts';
export { Explainer, type Explanation, type RawRow } from './explain/explainer.ts';
export { churnRisk } from './results/churn-risk.ts';
export type { Offer } from './results/offer.ts';
export { shortestFloat32 } from './results/shortest-float32.ts';
export {
  toPredictionResult,
  type PredictionContext,
  type StoredPrediction,
  type StoredRfm,
} from './results/to-prediction-result.ts';
export { rfmCodesOf, rfmScores, rfmSegmentName, type RfmScores } from './rfm/rfm-code.ts';
export {
  DEFAULT_RFM_SEGMENTS,
  loadRfmSegments,
  rfmSegmentsSchema,
  type RfmSegments,
} from './rfm/rfm-segments.ts';
export {
  DEFAULT_RFM_SETTINGS,
  rfmSettingsSchema,
  type RfmMode,
  type RfmSettings,
} from './rfm/rfm-settings.ts';
export { createScorer, type CreateScorerOptions } from './scorer/create-scorer.ts';
export { ScorerCache, type ScorerSettings } from './scorer/scorer-cache.ts';
export * from './scorer/scoring-batch.ts';
export { MemberSample } from './sample/member-sample.ts';
export { mergeSampled, sampleOf, type SampledStats } from './sample/sampled-stats.ts';
export { driftWarning, summarizeDrift, summarizeDrivers } from './sample/summarize-sampled.ts';
export { addToStats } from './stats/add-to-stats.ts';
export { mergeStats } from './stats/merge-stats.ts';
export { createStats, partialStatsSchema, type PartialStats } from './stats/partial-stats.ts';
export { SegmentCounter } from './stats/segment-counter.ts';
export { SEGMENT_COUNTS, statsOfSegment } from './stats/segment-counts.ts';
export { emptyStats, summarizeStats } from './stats/summarize-stats.ts';
export { createPlaceholderModels } from './placeholder/create-placeholder-models.ts';
export { seededRandom, shuffle, type Random } from './placeholder/seeded-random.ts';
