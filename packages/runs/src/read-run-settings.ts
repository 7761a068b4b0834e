import { PREDICTORS, type ChurnThresholds, type InputColumn } from '@segcast/contracts';
import {
  DEFAULT_RFM_SEGMENTS,
  distinctColumns,
  inputColumn,
  loadModels,
  loadRfmSegments,
  usedModels,
  type RfmSettings,
} from '@segcast/scoring';
import type { RunSettings } from './run-deps.ts';

/** How this service is set up to score; the shape of the configuration. */
export interface ScoringSetup {
  scoring: { engine: string; modelsDir: string; churnThresholds: ChurnThresholds };
  rfm: {
    /** Bounds of the scores 5, 4, 3 and 2. */
    recencyDays: RfmSettings['recency'];
    frequency: RfmSettings['frequency'];
    monetary: RfmSettings['monetary'];
    columns: RfmSettings['columns'];
    /** JSON file with names instead of the built-in grid. */
    segmentsFile: string | null;
  };
}

export interface ReadRunSettings {
  /** What a run submitted now is scored with. */
  settings: RunSettings;
  /** The warehouse columns that it needs. */
  requiredColumns: readonly InputColumn[];
}

/**
 * Reads what runs submitted now are scored with from the models' files and the RFM names.
 *
 * @throws AppError `invalid_model` or `invalid_config` naming the file at fault.
 */
export async function readRunSettings({ scoring, rfm }: ScoringSetup): Promise<ReadRunSettings> {
  const models = await loadModels(scoring.modelsDir);
  const settings = await readRfmSettings(rfm);
  const inputs = Object.values(models).flatMap(({ manifest }) => manifest.inputs);
  return {
    settings: {
      engine: scoring.engine,
      models: usedModels(models, settings, PREDICTORS) as RunSettings['models'],
      rfm: settings,
      churnThresholds: scoring.churnThresholds,
    },
    requiredColumns: distinctColumns([
      ...inputs.map(inputColumn),
      ...Object.values(settings.columns),
    ]),
  };
}

async function readRfmSettings({
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
