import { modelFiles, readModel, type Model, type ModelName, type Models } from '@segcast/scoring';
import { readActiveModels, readModelFiles, type Store } from '@segcast/store';

/** A few kB each; more than are in use at once anywhere. */
const MOST_KEPT = 16;

/** Reads versions from the registry by name, once each: they never change. */
export class RegisteredModels {
  readonly #store: Store;
  /** The one used last is at the end. */
  readonly #kept = new Map<string, Promise<Model>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws AppError `model_not_found`; `invalid_model` when a file was changed in the database. */
  load(model: string, version: string): Promise<Model> {
    const key = JSON.stringify([model, version]);
    const known = this.#kept.get(key) ?? this.#read(model, version);
    this.#kept.delete(key);
    this.#kept.set(key, known);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    // A failure is not kept: it may be the connection's.
    known.catch(() => this.#kept.delete(key));
    return known;
  }

  /** The networks of the given versions. Throws as `load` does. */
  async loadAll(versions: Partial<Record<ModelName, string>>): Promise<Partial<Models>> {
    const named = Object.entries(versions) as [ModelName, string][];
    const loaded = named.map(async ([name, version]) => [name, await this.load(name, version)]);
    return Object.fromEntries(await Promise.all(loaded)) as Partial<Models>;
  }

  /** The networks in use: what most callers will ask for. */
  async inUse(): Promise<Model[]> {
    const active = await readActiveModels(this.#store);
    const networks = active.filter(({ model }) => model !== 'rfm');
    return Promise.all(networks.map(({ model, version }) => this.load(model, version)));
  }

  async #read(model: string, version: string): Promise<Model> {
    const files = await readModelFiles(this.#store, model, version);
    const label = `${model}/${version}`;
    return readModel(modelFiles(files, label), { name: model, version });
  }
}
