import { predictorsOf } from '@segcast/contracts';
import {
  createScorer,
  loadModels,
  rfmSettingsSchema,
  type Engine,
  type Scorer,
} from '@segcast/scoring';
import type { ClaimedShard } from '@segcast/store';

interface Options {
  engine: Engine;
  modelsDir: string;
  batchSize: number;
}

/** Runs alternate between few models and settings; each scorer holds an engine's memory. */
const MOST_SCORERS = 4;

/** Keeps scorers from shard to shard, by what their runs froze. */
export class ScorerCache {
  readonly #options: Options;
  /** The one used last is at the end. */
  readonly #scorers = new Map<string, Scorer>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws AppError `invalid_model` when the run's version is no longer there, or changed. */
  async scorerFor(shard: ClaimedShard): Promise<Scorer> {
    const { type, models, rfmSettings } = shard;
    const key = JSON.stringify([type, models.churn?.version, models.nbo?.version, rfmSettings]);
    const scorer = this.#scorers.get(key) ?? (await this.#create(shard));
    this.#scorers.delete(key);
    this.#scorers.set(key, scorer);
    this.#forgetOldest();
    return scorer;
  }

  async #create({ type, models, rfmSettings }: ClaimedShard): Promise<Scorer> {
    const { engine, modelsDir, batchSize } = this.#options;
    const versions = {
      ...(models.churn && { churn: models.churn.version }),
      ...(models.nbo && { nbo: models.nbo.version }),
    };
    return createScorer({
      engine,
      models: await loadModels(modelsDir, versions),
      predictors: predictorsOf(type),
      rfm: rfmSettingsSchema.parse(rfmSettings),
      batchSize,
    });
  }

  #forgetOldest(): void {
    if (this.#scorers.size <= MOST_SCORERS) return;
    const [key, scorer] = this.#scorers.entries().next().value!;
    this.#scorers.delete(key);
    scorer.dispose();
  }
}
