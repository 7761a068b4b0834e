import type { Predictor } from '@segcast/contracts';
import type { EngineModel } from '../engine/engine-model.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/load-models.ts';
import { networkWidth } from '../models/manifest-input.ts';
import { MODEL_NAMES, type ModelName } from '../models/model-manifest.ts';
import type { RfmSettings } from '../rfm/rfm-settings.ts';
import { checkChurn, recommendOffers } from './check-predictions.ts';
import { fillInputMatrix, type InputMatrix } from './input-matrix.ts';
import { createRfmScorer, scoreRfm, type RfmScorer } from './score-rfm.ts';
import { OUTCOME, type ScoredBatch, type Scorer, type ScoringBatch } from './scoring-batch.ts';

export interface CreateScorerOptions {
  engine: Engine;
  models: Models;
  /** What to score; a model that is not asked for is not run. */
  predictors: readonly Predictor[];
  rfm: RfmSettings;
  /** The most customers in one call. */
  batchSize: number;
}

/**
 * Loads the models asked for into the engine and prepares every buffer of a batch. Building one
 * costs as much as scoring some ten thousand customers, so keep it from shard to shard.
 *
 * @throws AppError `invalid_model` or `engine_unavailable` when a model cannot be run as it should.
 */
export async function createScorer(options: CreateScorerOptions): Promise<Scorer> {
  const { engine, models, predictors, rfm, batchSize } = options;
  const wanted = MODEL_NAMES.filter((name) => predictors.includes(name));
  const columns = wantedColumns(wanted, options);
  const placeOf = (column: string) => columns.indexOf(column);
  const matrices = new Map<string, InputMatrix>();
  const runs: ModelRun[] = [];
  for (const name of wanted) {
    const { inputs, outputs } = models[name].manifest;
    const key = JSON.stringify(inputs);
    const matrix = matrices.get(key) ?? {
      values: new Float32Array(batchSize * networkWidth(inputs)),
      inputs,
      places: inputs.map((input) => placeOf(input.column)),
    };
    matrices.set(key, matrix);
    runs.push({
      name,
      matrix,
      model: await engine.load(models[name]),
      output: new Float32Array(batchSize * outputs.length),
    });
  }
  return new BatchScorer({
    predictors,
    columns,
    matrices: [...matrices.values()],
    runs,
    rfm: predictors.includes('rfm') ? createRfmScorer(rfm, placeOf, batchSize) : null,
    batchSize,
  });
}

function wantedColumns(
  wanted: readonly ModelName[],
  { models, predictors, rfm }: CreateScorerOptions,
): string[] {
  const columns = wanted.flatMap((name) => models[name].manifest.inputs.map((i) => i.column));
  if (predictors.includes('rfm')) {
    columns.push(rfm.columns.recency, rfm.columns.frequency, rfm.columns.monetary);
  }
  return [...new Set(columns)];
}

/** A model with what it reads and writes. */
interface ModelRun {
  name: ModelName;
  model: EngineModel;
  matrix: InputMatrix;
  output: Float32Array;
}

interface ScorerParts {
  predictors: readonly Predictor[];
  columns: readonly string[];
  matrices: readonly InputMatrix[];
  runs: readonly ModelRun[];
  rfm: RfmScorer | null;
  batchSize: number;
}

class BatchScorer implements Scorer {
  readonly predictors: readonly Predictor[];
  readonly columns: readonly string[];
  readonly #parts: ScorerParts;
  readonly #scored: ScoredBatch;

  constructor(parts: ScorerParts) {
    const outputOf = (name: ModelName) => parts.runs.find((run) => run.name === name)?.output;
    this.predictors = parts.predictors;
    this.columns = parts.columns;
    this.#parts = parts;
    this.#scored = {
      size: 0,
      outcome: new Uint8Array(parts.batchSize),
      failures: [],
      churn: outputOf('churn') ?? null,
      offers: outputOf('nbo') ?? null,
      recommended: outputOf('nbo') ? new Uint8Array(parts.batchSize) : null,
      rfm: parts.rfm?.columns ?? null,
    };
  }

  score(batch: ScoringBatch): ScoredBatch {
    const { matrices, runs, rfm, batchSize } = this.#parts;
    const { size } = batch;
    if (size > batchSize) throw new RangeError(`A batch of ${size} is larger than ${batchSize}.`);
    const scored = this.#scored;
    scored.size = size;
    scored.failures = [];
    scored.outcome.fill(OUTCOME.scored, 0, size);
    if (size === 0) return scored;
    for (const matrix of matrices) fillInputMatrix(matrix, batch, scored);
    for (const { model, matrix, output } of runs) model.predict(matrix.values, size, output);
    if (rfm) scoreRfm(rfm, batch, scored);
    if (scored.churn) checkChurn(scored.churn, size, scored);
    if (scored.offers) recommendOffers(scored.offers, scored.recommended!, size, scored);
    scored.failures.sort((a, b) => a.row - b.row);
    return scored;
  }

  dispose(): void {
    for (const { model } of this.#parts.runs) model.dispose();
  }
}
