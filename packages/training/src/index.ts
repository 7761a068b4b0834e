export { comparisons, customersOf, scoresTable, type ModelCard } from './card/model-card.ts';
export type { ModelGoal } from './data/training-source.ts';
export {
  trainModel,
  versionName,
  type TrainedModel,
  type TrainOptions,
  type TrainProgress,
} from './train-model.ts';
