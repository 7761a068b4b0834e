import type { MlStatus } from '@segcast/contracts';
import { PREDICTORS } from '@segcast/contracts';
import {
  DEFAULT_RFM_SEGMENTS,
  loadModels,
  loadRfmSegments,
  usedModels,
  type RfmSettings,
} from '@segcast/scoring';
import type { Config } from '@segcast/runtime';
import type { ApiDeps } from './api-deps.ts';

/**
 * What runs submitted now are scored with, read from the configuration and the models' files.
 * @throws AppError `invalid_model` or `invalid_config` naming the file at fault.
 */
export async function readRunSettings({
  scoring,
  rfm,
}: Pick<Config, 'scoring' | 'rfm'>): Promise<Pick<ApiDeps, 'settings' | 'requiredColumns'>> {
  const models = await loadModels(scoring.modelsDir);
  const { columns, recencyDays, frequency, monetary, segmentsFile } = rfm;
  const segments =
    segmentsFile === null ? DEFAULT_RFM_SEGMENTS : await loadRfmSegments(segmentsFile);
  const rfmSettings: RfmSettings = { columns, recency: recencyDays, frequency, monetary, segments };
  const inputs = Object.values(models).flatMap(({ manifest }) => manifest.inputs);
  return {
    settings: {
      engine: scoring.engine,
      models: usedModels(models, rfmSettings, PREDICTORS) as MlStatus['models'],
      rfm: rfmSettings,
      churnThresholds: scoring.churnThresholds,
    },
    requiredColumns: [
      ...new Set([...inputs.map(({ column }) => column), ...Object.values(columns)]),
    ],
  };
}
