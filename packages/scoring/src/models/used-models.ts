import { PREDICTORS, type Predictor, type RunSummary } from '@segcast/contracts';
import { rfmSettingsSchema, type RfmMode, type RfmSettings } from '../rfm/rfm-settings.ts';
import type { Models } from './load-models.ts';
import { sha256 } from './manifest-hash.ts';

/** Which model scores each predictor, as runs show it. */
export type UsedModels = RunSummary['models'];

/**
 * The models that a run of these predictors uses. RFM is no network: its version is a digest of
 * the settings that decide its scores and names.
 */
export function usedModels(
  models: Models,
  rfm: RfmSettings,
  predictors: readonly Predictor[],
): UsedModels {
  const used: UsedModels = {};
  for (const predictor of predictors) {
    used[predictor] =
      predictor === 'rfm'
        ? { version: rfmVersion(rfm), placeholder: false }
        : {
            version: models[predictor].manifest.version,
            placeholder: models[predictor].manifest.placeholder,
          };
  }
  return used;
}

/** The name of the version that these settings are. */
export function rfmVersion(settings: RfmSettings, mode: RfmMode = 'thresholds'): string {
  // Parsing puts the keys in one order, whatever the way they came.
  const canonical = JSON.stringify(rfmSettingsSchema.parse(settings));
  return `${mode}-${sha256(Buffer.from(canonical)).slice(0, 8)}`;
}

const TITLES: Record<Predictor, string> = {
  churn: 'churn',
  nbo: 'next best offer',
  rfm: 'RFM',
};

/** What must be said wherever the numbers of placeholder models are shown; null without any. */
export function placeholderWarning(used: UsedModels): string | null {
  const names = PREDICTORS.flatMap((predictor) => {
    const model = used[predictor];
    return model?.placeholder === true ? [`${TITLES[predictor]} (${model.version})`] : [];
  });
  if (names.length === 0) return null;
  const subject = names.length === 1 ? 'The model' : 'The models';
  const verb = names.length === 1 ? 'is a placeholder' : 'are placeholders';
  return `${subject} ${names.join(' and ')} ${verb}, made from dummy patterns and not learnt from your customers: do not act on these scores.`;
}
