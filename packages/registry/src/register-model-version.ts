import { modelFiles, readModel, sha256, type Model } from '@segcast/scoring';
import {
  insertModelVersion,
  type ModelVersionSource,
  type NewModelVersion,
  type Store,
} from '@segcast/store';
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
  const { model, version } = await proveVersion(given, source);
  return { model, isNew: await insertModelVersion(store, version) };
}

/**
 * Proves a version whole, for whoever registers it together with something else.
 *
 * @throws AppError `invalid_model` naming the file at fault.
 */
export async function proveVersion(
  given: string | ReadonlyMap<string, Buffer>,
  source: ModelVersionSource,
): Promise<{ model: Model; version: NewModelVersion }> {
  const { files, label } =
    typeof given === 'string'
      ? { files: await readVersionFolder(given), label: given }
      : { files: given, label: 'the version' };
  const model = await readModel(modelFiles(files, label));
  const { name, version, placeholder } = model.manifest;
  const kept = [...files].map(([file, bytes]) => ({ name: file, bytes, sha256: sha256(bytes) }));
  return { model, version: { model: name, version, placeholder, source, files: kept } };
}
