import type { TrainedOutcome, TrainingGoal, TrainingStage, TrainRequest } from '@segcast/contracts';

/** What a run that trains a model was asked for. */
export interface NewTraining {
  model: TrainingGoal;
  options: TrainRequest;
  /** Whether the version is to be taken into use, if nothing speaks against it. */
  activate: boolean;
}

/** The training of a run, how far it is and what came of it. */
export interface TrainingRecord extends NewTraining {
  /** Null until it has begun, and when it is done. */
  stage: TrainingStage | null;
  /** Rows while it reads, epochs while it fits, and in the end the customers of the version. */
  done: number;
  total: number | null;
  /** Null until the version is registered. */
  outcome: TrainedOutcome | null;
}

/** A `TrainingRecord` of `t` (trainings), null where there is none. */
export const TRAINING_JSON = `CASE WHEN t.run_id IS NOT NULL THEN json_build_object(
      'model', t.model, 'options', t.options, 'activate', t.activate, 'stage', t.stage,
      'done', t.done, 'total', t.total, 'outcome', t.outcome) END`;
