import { fileURLToPath } from 'node:url';
import { loadModels, type Models } from '../models/load-models.ts';

/** The models of the repository. */
export const MODELS_DIR = fileURLToPath(new URL('../../../../models', import.meta.url));

export function loadCommittedModels(): Promise<Models> {
  return loadModels(MODELS_DIR);
}
