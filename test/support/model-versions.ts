import type { ModelMetrics } from '@segcast/contracts';
import { readVersionFolder, registerModelVersion } from '@segcast/registry';
import { sealManifest } from '@segcast/scoring';
import type { Store } from '@segcast/store';
import { join } from 'node:path';

const MODELS_DIR = join(import.meta.dirname, '../../models');

/** What a version that training made would say of itself. */
export interface MadeVersion {
  name: 'churn' | 'nbo';
  version: string;
  metrics?: Partial<ModelMetrics>;
  /** Other fields of the manifest. */
  changes?: object;
}

/** Files of a version with the placeholder's network, under another name and with figures. */
export async function versionFiles(made: MadeVersion): Promise<Map<string, Buffer>> {
  const files = await readVersionFolder(join(MODELS_DIR, made.name, 'placeholder-1'));
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as Record<string, unknown>;
  const metrics: ModelMetrics = { grade: 'Good', test_rows: 1000, baselines: {}, ...made.metrics };
  const changed = {
    ...manifest,
    version: made.version,
    placeholder: false,
    ...(made.metrics && { metrics }),
    ...made.changes,
  };
  return files.set('manifest.json', Buffer.from(sealManifest(changed)));
}

export async function registerVersion(store: Store, made: MadeVersion): Promise<void> {
  await registerModelVersion(store, await versionFiles(made), 'trained');
}
