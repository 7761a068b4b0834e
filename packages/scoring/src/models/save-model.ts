import { mkdir, writeFile } from 'node:fs/promises';
import type { io } from '@tensorflow/tfjs-core';
import path from 'node:path';
import { sealManifest, sha256 } from './manifest-hash.ts';
import type { ModelFiles, ModelManifest } from './model-manifest.ts';

/** A manifest before its files are written. */
export type UnsealedManifest = Omit<ModelManifest, 'files' | 'manifest_sha256'>;

/** The sealed manifest of a model and the files it names, by file name; no files for a formula. */
export function versionFiles(
  manifest: UnsealedManifest,
  artifacts: io.ModelArtifacts | null,
): Map<string, Buffer> {
  if (artifacts === null) return new Map([['manifest.json', Buffer.from(sealManifest(manifest))]]);
  const model = Buffer.from(`${JSON.stringify(toModelJson(artifacts))}\n`);
  const weights = Buffer.from(artifacts.weightData as ArrayBuffer);
  const files = { 'model.json': fileEntry(model), 'weights.bin': fileEntry(weights) };
  return new Map([
    ['model.json', model],
    ['weights.bin', weights],
    ['manifest.json', Buffer.from(sealManifest({ ...manifest, files }))],
  ]);
}

/**
 * Writes a model as TensorFlow.js Layers files with their manifest into
 * `<modelsDir>/<name>/<version>/`, and makes it the current one, which comes last so that a write
 * cut short leaves the one before in force.
 */
export async function saveModel(
  modelsDir: string,
  manifest: UnsealedManifest,
  artifacts: io.ModelArtifacts,
): Promise<void> {
  const folder = path.join(modelsDir, manifest.name, manifest.version);
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of versionFiles(manifest, artifacts)) {
    await writeFile(path.join(folder, name), bytes);
  }
  await writeFile(path.join(modelsDir, manifest.name, 'current'), `${manifest.version}\n`);
}

function fileEntry(bytes: Buffer): ModelFiles['model.json'] {
  return { bytes: bytes.length, sha256: sha256(bytes) };
}

function toModelJson(artifacts: io.ModelArtifacts): object {
  return {
    format: artifacts.format,
    generatedBy: artifacts.generatedBy,
    convertedBy: null,
    modelTopology: artifacts.modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
  };
}
