import { predictorsOf, type PredictionType, type RunModels } from '@segcast/contracts';
import { offerNames, type RunSettings } from '@segcast/runs';
import type { ScorerSettings } from '@segcast/scoring';
import type { ApiDeps } from '../api-deps.ts';
import type { ScoringTerms } from './thread-messages.ts';

/** Which scorer a run submitted now would use. */
export function scorerSettings(settings: RunSettings, type: PredictionType): ScorerSettings {
  const models: RunModels = {};
  for (const predictor of predictorsOf(type)) models[predictor] = settings.models[predictor];
  return { type, models, rfmSettings: settings.rfm };
}

/** What a customer is scored with now, and how it is shown, as a run submitted now would be. */
export async function scoringTerms(
  { settings, store }: Pick<ApiDeps, 'settings' | 'store'>,
  type: PredictionType,
): Promise<ScoringTerms> {
  return {
    ...scorerSettings(settings, type),
    churnThresholds: settings.churnThresholds,
    offers: predictorsOf(type).includes('nbo') ? await offerNames(store) : [],
  };
}
