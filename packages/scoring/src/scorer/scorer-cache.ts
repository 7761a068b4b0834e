import { predictorsOf, type PredictionType, type RunModels } from '@segcast/contracts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/load-models.ts';
import type { ModelName } from '../models/model-manifest.ts';
import { rfmSettingsSchema } from '../rfm/rfm-settings.ts';
import { createScorer } from './create-scorer.ts';
import type { Scorer } from './scoring-batch.ts';

/** What decides which scorer is wanted, as runs freeze it. */
export interface ScorerSettings {
  type: PredictionType;
  models: RunModels;
  /** As `rfmSettingsSchema` reads them. */
  rfmSettings: unknown;
}

export interface ScorerCacheOptions {
  engine: Engine;
  /** Reads the versions asked for. */
  loadModels: (versions: Partial<Record<ModelName, string>>) => Promise<Partial<Models>>;
  /** The most customers in one call. */
  batchSize: number;
  /** Scorers kept, each with an engine's memory; by default 4. */
  most?: number;
}

/** Callers alternate between few models and settings; each scorer holds an engine's memory. */
const MOST_SCORERS = 4;

/** Keeps scorers from call to call, by what decides them. */
export class ScorerCache {
  readonly #options: ScorerCacheOptions;
  /** The one used last is at the end. */
  readonly #scorers = new Map<string, Promise<Scorer>>();

  constructor(options: ScorerCacheOptions) {
    this.#options = options;
  }

  /**
   * The scorer for these settings, good until other settings have displaced it: use it at once.
   * @throws AppError `model_not_found` when there is no such version, `invalid_model` when it is damaged.
   */
  async scorerFor(settings: ScorerSettings): Promise<Scorer> {
    const { type, models, rfmSettings } = settings;
    const key = JSON.stringify([type, models.churn?.version, models.nbo?.version, rfmSettings]);
    const scorer = this.#scorers.get(key) ?? this.#create(settings);
    this.#scorers.delete(key);
    this.#scorers.set(key, scorer);
    this.#forgetOldest();
    try {
      return await scorer;
    } catch (error) {
      // A version may yet come: what failed is not remembered.
      if (this.#scorers.get(key) === scorer) this.#scorers.delete(key);
      throw error;
    }
  }

  async #create({ type, models, rfmSettings }: ScorerSettings): Promise<Scorer> {
    const { engine, loadModels, batchSize } = this.#options;
    const versions = {
      ...(models.churn && { churn: models.churn.version }),
      ...(models.nbo && { nbo: models.nbo.version }),
    };
    return createScorer({
      engine,
      models: await loadModels(versions),
      predictors: predictorsOf(type),
      rfm: rfmSettingsSchema.parse(rfmSettings),
      batchSize,
    });
  }

  #forgetOldest(): void {
    if (this.#scorers.size <= (this.#options.most ?? MOST_SCORERS)) return;
    const [key, scorer] = this.#scorers.entries().next().value!;
    this.#scorers.delete(key);
    // One that could not be made holds nothing.
    scorer.then(
      (made) => made.dispose(),
      () => undefined,
    );
  }
}
