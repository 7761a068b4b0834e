import { AppError } from '@segcast/contracts';
import type { io } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isSealed, sha256 } from './manifest-hash.ts';
import {
  modelManifestSchema,
  modelVersionSchema,
  type ModelFiles,
  type ModelManifest,
  type ModelName,
} from './model-manifest.ts';

/** A model read from its files and proved whole; no engine holds anything of it yet. */
export interface Model {
  readonly manifest: ModelManifest;
  /** The TensorFlow.js Layers files as every back end takes them; null where it is a formula. */
  readonly artifacts: io.ModelArtifacts | null;
}

export type Models = Record<ModelName, Model>;

/**
 * Reads `<modelsDir>/<name>/<version>/` for churn and nbo. A version that is not given is the one
 * that the text file `<modelsDir>/<name>/current` names.
 *
 * @throws AppError `invalid_model` naming the file that is missing, changed or truncated.
 */
export async function loadModels(
  modelsDir: string,
  versions: Partial<Record<ModelName, string>> = {},
): Promise<Models> {
  const [churn, nbo] = await Promise.all([
    loadModel(modelsDir, 'churn', versions.churn),
    loadModel(modelsDir, 'nbo', versions.nbo),
  ]);
  return { churn, nbo };
}

async function loadModel(modelsDir: string, name: ModelName, wanted?: string): Promise<Model> {
  const version = wanted ?? (await readCurrentVersion(path.join(modelsDir, name, 'current')));
  if (!modelVersionSchema.safeParse(version).success) {
    throw unusable(path.join(modelsDir, name), `has no version named ${JSON.stringify(version)}`);
  }
  const folder = path.join(modelsDir, name, version);
  const manifest = await readManifest(path.join(folder, 'manifest.json'), name, version);
  if (manifest.files === undefined) return { manifest, artifacts: null };
  const [model, weights] = await Promise.all([
    readProved(folder, 'model.json', manifest.files),
    readProved(folder, 'weights.bin', manifest.files),
  ]);
  return { manifest, artifacts: toArtifacts(path.join(folder, 'model.json'), model, weights) };
}

async function readCurrentVersion(file: string): Promise<string> {
  return (await read(file)).toString('utf8').trim();
}

async function readManifest(
  file: string,
  name: ModelName,
  version: string,
): Promise<ModelManifest> {
  const bytes = await read(file);
  if (!isSealed(bytes)) throw unusable(file, 'does not match its own hash: it was changed');
  const parsed = modelManifestSchema.safeParse(parseJson(file, bytes));
  if (!parsed.success) throw unusable(file, `is not valid: ${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  if (data.name !== name || data.version !== version) {
    throw unusable(file, `belongs to ${data.name} ${data.version}, not to ${name} ${version}`);
  }
  return data;
}

async function readProved(
  folder: string,
  name: keyof ModelFiles,
  files: ModelFiles,
): Promise<Buffer> {
  const file = path.join(folder, name);
  const bytes = await read(file);
  const expected = files[name];
  if (bytes.length !== expected.bytes) {
    throw unusable(file, `has ${bytes.length} bytes where its manifest says ${expected.bytes}`);
  }
  if (sha256(bytes) !== expected.sha256) {
    throw unusable(file, 'does not match the hash in its manifest: it was changed');
  }
  return bytes;
}

const modelJsonSchema = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal('weights.bin')]),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.int().positive()),
          dtype: z.literal('float32'),
        }),
      ),
    }),
  ]),
});

function toArtifacts(file: string, model: Buffer, weights: Buffer): io.ModelArtifacts {
  const parsed = modelJsonSchema.safeParse(parseJson(file, model));
  if (!parsed.success) {
    const faults = z.prettifyError(parsed.error);
    throw unusable(file, `is no TensorFlow.js Layers model in one weight file: ${faults}`);
  }
  return {
    format: parsed.data.format,
    modelTopology: parsed.data.modelTopology,
    weightSpecs: parsed.data.weightsManifest[0].weights,
    weightData: new Uint8Array(weights).buffer,
  };
}

function parseJson(file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unusable(file, 'is not JSON', error);
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(file, `cannot be read (${reason})`, error);
  }
}

function unusable(file: string, fault: string, cause?: unknown): AppError {
  return new AppError(
    'invalid_model',
    `The model file ${file} ${fault}. Restore it, or make the models again with "segcast models create".`,
    { cause },
  );
}
