import { readRfmVersion } from '@segcast/registry';
import { readActiveModels, type Store } from '@segcast/store';
import type { RunSettings } from './run-deps.ts';

/**
 * The settings with the versions that are in use at this very moment, whoever switched them and
 * wherever: a look-up by key.
 */
export async function withActiveModels(store: Store, settings: RunSettings): Promise<RunSettings> {
  const models = { ...settings.models };
  for (const { model, version, placeholder } of await readActiveModels(store)) {
    models[model] = { version, placeholder };
  }
  const { version } = models.rfm;
  const rfm =
    version === settings.models.rfm.version ? settings.rfm : await readRfmVersion(store, version);
  return { ...settings, models, rfm };
}
