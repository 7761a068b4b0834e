import { OFFER_COUNT, type InputColumn, type Predictor } from '@segcast/contracts';
import type { EngineModel } from '../engine/engine-model.ts';
import type { Engine } from '../engine/engine.ts';
import { Explainer } from '../explain/explainer.ts';
import type { Model, Models } from '../models/load-models.ts';
import { columnKey, distinctColumns, inputColumn } from '../models/input-column.ts';
import { networkWidth } from '../models/manifest-input.ts';
import { MODEL_NAMES, type ModelManifest, type ModelName } from '../models/model-manifest.ts';
import type { RfmSettings } from '../rfm/rfm-settings.ts';
import { checkChurn, recommendOffers } from './check-predictions.ts';
import { fillInputMatrix, type InputMatrix } from './input-matrix.ts';
import { createRfmScorer, scoreRfm, type RfmScorer } from './score-rfm.ts';
import {
  OUTCOME,
  type ScoredBatch,
  type Scorer,
  type ScoringBatch,
  type ScoringNetwork,
} from './scoring-batch.ts';
import { requireRunnable, spreadOffers } from './spread-offers.ts';

export interface CreateScorerOptions {
  engine: Engine;
  /** Of every network asked for. */
  models: Partial<Models>;
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
  const keys = columns.map(columnKey);
  const placeOf = (column: InputColumn) => keys.indexOf(columnKey(column));
  const matrices = new Map<string, InputMatrix>();
  const runs: ModelRun[] = [];
  for (const name of wanted) {
    const wantedModel = modelOf(models, name);
    requireRunnable(wantedModel.manifest);
    const { inputs, outputs } = wantedModel.manifest;
    const key = JSON.stringify(inputs);
    const matrix = matrices.get(key) ?? {
      values: new Float32Array(batchSize * networkWidth(inputs)),
      inputs,
      places: inputs.map((input) => placeOf(inputColumn(input))),
    };
    matrices.set(key, matrix);
    runs.push({
      name,
      manifest: wantedModel.manifest,
      matrix,
      model: await engine.load(wantedModel),
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

function modelOf(models: Partial<Models>, name: ModelName): Model {
  const model = models[name];
  if (model === undefined) throw new TypeError(`The ${name} model to score with is not given.`);
  return model;
}

function wantedColumns(
  wanted: readonly ModelName[],
  { models, predictors, rfm }: CreateScorerOptions,
): InputColumn[] {
  const columns = wanted.flatMap((name) => modelOf(models, name).manifest.inputs.map(inputColumn));
  if (predictors.includes('rfm')) {
    columns.push(rfm.columns.recency, rfm.columns.frequency, rfm.columns.monetary);
  }
  return distinctColumns(columns);
}

/** A model with what it reads and writes. */
interface ModelRun {
  name: ModelName;
  manifest: ModelManifest;
  model: EngineModel;
  matrix: InputMatrix;
  output: Float32Array;
}

interface ScorerParts {
  predictors: readonly Predictor[];
  columns: readonly InputColumn[];
  matrices: readonly InputMatrix[];
  runs: readonly ModelRun[];
  rfm: RfmScorer | null;
  batchSize: number;
}

class BatchScorer implements Scorer {
  readonly predictors: readonly Predictor[];
  readonly columns: readonly InputColumn[];
  readonly #parts: ScorerParts;
  readonly #scored: ScoredBatch;
  /** The answers of a model with fewer offers than a run keeps. */
  readonly #fewerOffers: Float32Array | null;

  constructor(parts: ScorerParts) {
    const outputOf = (name: ModelName) => parts.runs.find((run) => run.name === name)?.output;
    this.predictors = parts.predictors;
    this.columns = parts.columns;
    this.#parts = parts;
    const answers = outputOf('nbo') ?? null;
    const isWide = answers?.length === parts.batchSize * OFFER_COUNT;
    this.#fewerOffers = isWide ? null : answers;
    this.#scored = {
      size: 0,
      outcome: new Uint8Array(parts.batchSize),
      failures: [],
      churn: outputOf('churn') ?? null,
      offers: answers && (isWide ? answers : new Float32Array(parts.batchSize * OFFER_COUNT)),
      recommended: answers ? new Uint8Array(parts.batchSize) : null,
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
    if (this.#fewerOffers) spreadOffers(this.#fewerOffers, scored.offers!, size);
    if (rfm) scoreRfm(rfm, batch, scored);
    if (scored.churn) checkChurn(scored.churn, size, scored);
    if (scored.offers) recommendOffers(scored.offers, scored.recommended!, size, scored);
    scored.failures.sort((a, b) => a.row - b.row);
    return scored;
  }

  get networks(): readonly ScoringNetwork[] {
    return this.#parts.runs.map(({ name, manifest, matrix: { places } }) => ({
      name,
      manifest,
      places,
    }));
  }

  explainer(backgroundRows?: number): Explainer {
    const churn = this.#parts.runs.find(({ name }) => name === 'churn');
    if (churn === undefined) throw new TypeError('Only churn is explained, and it is not scored.');
    const { manifest, model } = churn;
    return new Explainer({ manifest, model, ...(backgroundRows && { backgroundRows }) });
  }

  dispose(): void {
    for (const { model } of this.#parts.runs) model.dispose();
  }
}
