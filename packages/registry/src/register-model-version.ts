import { modelFiles, readModel, sha256, type Model } from '@segcast/scoring';
import { insertModelVersion, type ModelVersionSource, type Store } from '@segcast/store';
import { readVersionFolder } from './version-folder.ts';

export interface RegisteredVersion {
  model: Model;
  /** False when the same version with the same files was there before. */
  isNew: boolean;
}

/**
 * Registers a version of a network from its folder or its files: proves them whole and keeps all of
 * them, with the model card and what else lies beside, for ever. Nothing is activated.
 *
 * @throws AppError `invalid_model` naming the file at fault; `model_version_taken` when the name
 *   is that of other files.
 */
export async function registerModelVersion(
  store: Store,
  given: string | ReadonlyMap<string, Buffer>,
  source: ModelVersionSource,
): Promise<RegisteredVersion> {
  const { files, label } =
    typeof given === 'string'
      ? { files: await readVersionFolder(given), label: given }
      : { files: given, label: 'the version' };
  const model = await readModel(modelFiles(files, label));
  const { name, version, placeholder } = model.manifest;
  const isNew = await insertModelVersion(store, {
    model: name,
    version,
    placeholder,
    source,
    files: [...files].map(([file, bytes]) => ({ name: file, bytes, sha256: sha256(bytes) })),
  });
  return { model, isNew };
}
