import { MODEL_NAMES, readCurrentVersion, type ModelName } from '@segcast/scoring';
import { activateModel, isUnchosen, type Store } from '@segcast/store';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { registerModelVersion } from './register-model-version.ts';

/**
 * Registers the versions that come with the code, `<modelsDir>/<name>/<version>/`, and takes those
 * that the files `current` name into use, unless somebody has chosen others. Any number of
 * processes may do so at once and at every start.
 *
 * @throws AppError `invalid_model` or `model_version_taken` naming the file at fault.
 */
export async function registerShippedModels(store: Store, modelsDir: string): Promise<void> {
  for (const name of MODEL_NAMES) await registerShipped(store, modelsDir, name);
}

async function registerShipped(store: Store, modelsDir: string, name: ModelName): Promise<void> {
  const current = await readCurrentVersion(modelsDir, name);
  const entries = await readdir(path.join(modelsDir, name), { withFileTypes: true });
  const versions = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  // Whether it is there or not: what is missing is said of the version that is needed.
  for (const version of new Set([...versions, current])) {
    await registerModelVersion(store, path.join(modelsDir, name, version), 'shipped');
  }
  if (await isUnchosen(store, name)) {
    await activateModel(store, { model: name, version: current, chosen: false });
  }
}
