import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_NAMES, type ModelName } from '@segcast/scoring';

/**
 * The versions of each model in the folder. Read anew for every claim: a run goes on with the
 * version it was submitted with, however many are made and activated meanwhile.
 */
export async function listModelVersions(modelsDir: string): Promise<Record<ModelName, string[]>> {
  const [churn, nbo] = await Promise.all(
    MODEL_NAMES.map(async (name) => {
      const entries = await readdir(join(modelsDir, name), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    }),
  );
  return { churn: churn!, nbo: nbo! };
}
