import type { ChurnThresholds, InputColumn } from '@segcast/contracts';
import {
  readRfmVersion,
  RegisteredModels,
  registerRfmVersion,
  registerShippedModels,
} from '@segcast/registry';
import {
  DEFAULT_RFM_SEGMENTS,
  distinctColumns,
  inputColumn,
  loadRfmSegments,
  MODEL_NAMES,
  placeholderWarning,
  type RfmMode,
  type RfmSettings,
} from '@segcast/scoring';
import { activateModel, readActiveVersion, type Store } from '@segcast/store';
import type { Warehouse } from '@segcast/warehouse';
import type { RunLog, RunSettings } from './run-deps.ts';
import { takeQuintiles } from './take-quintiles.ts';
import { withActiveModels } from './with-active-models.ts';

/** How this service is set up to score; the shape of the configuration. */
export interface ScoringSetup {
  scoring: { engine: string; modelsDir: string; churnThresholds: ChurnThresholds };
  rfm: {
    /** `thresholds`: the bounds below; `quantile`: the quintiles of the whole warehouse. */
    mode: RfmMode;
    /** Bounds of the scores 5, 4, 3 and 2. */
    recencyDays: RfmSettings['recency'];
    frequency: RfmSettings['frequency'];
    monetary: RfmSettings['monetary'];
    columns: RfmSettings['columns'];
    /** JSON file with names instead of the built-in grid. */
    segmentsFile: string | null;
  };
}

interface LiveDeps {
  store: Store;
  warehouse: Warehouse;
  log: RunLog;
}

/** What a run submitted now is scored with, as last heard of; `refresh` hears again. */
export class LiveSettings {
  readonly #store: Store;
  readonly #registered: RegisteredModels;
  #settings: RunSettings;
  #requiredColumns: readonly InputColumn[] = [];

  private constructor(store: Store, settings: RunSettings) {
    this.#store = store;
    this.#registered = new RegisteredModels(store);
    this.#settings = settings;
  }

  /**
   * Registers the models that come with the code and the RFM bounds of the configuration, and reads
   * which versions are in use.
   *
   * @throws AppError `invalid_model`, `model_version_taken` or `invalid_config` naming the file at
   *   fault.
   */
  static async open(deps: LiveDeps, setup: ScoringSetup): Promise<LiveSettings> {
    await registerShippedModels(deps.store, setup.scoring.modelsDir);
    const configured = await readConfiguredRfm(setup.rfm);
    const version = await openRfm(deps, setup.rfm.mode, configured);
    const unread = { version: '', placeholder: false };
    const live = new LiveSettings(deps.store, {
      engine: setup.scoring.engine,
      models: { churn: unread, nbo: unread, rfm: { version, placeholder: false } },
      rfm: configured,
      churnThresholds: setup.scoring.churnThresholds,
    });
    await live.refresh();
    return live;
  }

  get settings(): RunSettings {
    return this.#settings;
  }

  /** The warehouse columns that the models in use read. */
  get requiredColumns(): readonly InputColumn[] {
    return this.#requiredColumns;
  }

  /** What must be said of the models in use wherever their numbers are shown. */
  get warning(): string | null {
    return placeholderWarning(this.#settings.models);
  }

  /** Reads again which versions are in use. */
  async refresh(): Promise<void> {
    const settings = await withActiveModels(this.#store, this.#settings);
    const columns: InputColumn[] = Object.values(settings.rfm.columns);
    for (const name of MODEL_NAMES) {
      const { manifest } = await this.#registered.load(name, settings.models[name].version);
      columns.push(...manifest.inputs.map(inputColumn));
    }
    this.#settings = settings;
    this.#requiredColumns = distinctColumns(columns);
  }
}

/** The RFM bounds as the configuration has them; in quantile mode only names and columns count. */
export async function readConfiguredRfm({
  columns,
  recencyDays,
  frequency,
  monetary,
  segmentsFile,
}: ScoringSetup['rfm']): Promise<RfmSettings> {
  const segments =
    segmentsFile === null ? DEFAULT_RFM_SEGMENTS : await loadRfmSegments(segmentsFile);
  return { columns, recency: recencyDays, frequency, monetary, segments };
}

/** Takes the RFM version that the configuration asks for into use, and tells which it is. */
async function openRfm(deps: LiveDeps, mode: RfmMode, configured: RfmSettings): Promise<string> {
  if (mode === 'quantile') {
    const kept = await keptQuintiles(deps.store, configured);
    if (kept !== null) return kept;
    try {
      return (await takeQuintiles(deps, configured)).version;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      deps.log.warn({ err: error }, `RFM scores by the configured bounds for now: ${message}`);
    }
  }
  const version = await registerRfmVersion(deps.store, 'thresholds', configured);
  await activateModel(deps.store, { model: 'rfm', version, chosen: false });
  return version;
}

/** The quintiles in use, if they are of the columns and names that are configured. */
async function keptQuintiles(store: Store, configured: RfmSettings): Promise<string | null> {
  const active = await readActiveVersion(store, 'rfm');
  if (active?.version.startsWith('quantile-') !== true) return null;
  const { columns, segments } = await readRfmVersion(store, active.version);
  const same = JSON.stringify([columns, segments]) === JSON.stringify(namesOf(configured));
  return same ? active.version : null;
}

function namesOf({ columns, segments }: RfmSettings) {
  const { recency, frequency, monetary } = columns;
  return [{ recency, frequency, monetary }, segments];
}
