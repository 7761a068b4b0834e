import { AppError } from '@segcast/contracts';
import {
  rfmSettingsSchema,
  rfmVersion,
  sha256,
  type RfmMode,
  type RfmSettings,
} from '@segcast/scoring';
import { insertModelVersion, readModelVersion, type Store } from '@segcast/store';
import { z } from 'zod';

const rfmManifestSchema = z.object({ settings: rfmSettingsSchema });

/** Keeps RFM settings as a version, named by a digest of them; answers its name. */
export async function registerRfmVersion(
  store: Store,
  mode: RfmMode,
  settings: RfmSettings,
): Promise<string> {
  const version = rfmVersion(settings, mode);
  const manifest = { name: 'rfm', version, mode, settings: rfmSettingsSchema.parse(settings) };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  await insertModelVersion(store, {
    model: 'rfm',
    version,
    placeholder: false,
    source: mode === 'quantile' ? 'computed' : 'configured',
    files: [{ name: 'manifest.json', bytes, sha256: sha256(bytes) }],
  });
  return version;
}

/** The settings of an RFM version. Throws `model_not_found`, or `invalid_model` where it is none. */
export async function readRfmVersion(store: Store, version: string): Promise<RfmSettings> {
  const { manifest } = await readModelVersion(store, 'rfm', version);
  const parsed = rfmManifestSchema.safeParse(manifest);
  if (parsed.success) return parsed.data.settings;
  throw new AppError(
    'invalid_model',
    `The RFM version ${version} is not valid: ${z.prettifyError(parsed.error)}`,
  );
}
