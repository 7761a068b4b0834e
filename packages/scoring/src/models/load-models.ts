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
  const version = wanted ?? (await readCurrentVersion(modelsDir, name));
  if (!modelVersionSchema.safeParse(version).success) {
    throw unusable(path.join(modelsDir, name), `has no version named ${JSON.stringify(version)}`);
  }
  return readModel(modelFolder(path.join(modelsDir, name, version)), { name, version });
}

/** The version that the text file `<modelsDir>/<name>/current` names. */
export async function readCurrentVersion(modelsDir: string, name: ModelName): Promise<string> {
  const file = path.join(modelsDir, name, 'current');
  return (await read(file)).toString('utf8').trim();
}

/** Where the files of one version are: a folder, or rows of a database. */
export interface ModelSource {
  read: (file: string) => Promise<Buffer> | Buffer;
  /** The file as messages name it. */
  nameOf: (file: string) => string;
}

/** A version's folder. */
export function modelFolder(folder: string): ModelSource {
  const nameOf = (file: string) => path.join(folder, file);
  return { nameOf, read: (file) => read(nameOf(file)) };
}

/** The files of a version by name; `label` stands before their names in messages. */
export function modelFiles(files: ReadonlyMap<string, Buffer>, label: string): ModelSource {
  const nameOf = (file: string) => `${label}/${file}`;
  return {
    nameOf,
    read: (file) => {
      const bytes = files.get(file);
      if (bytes === undefined) throw unusable(nameOf(file), 'is missing');
      return bytes;
    },
  };
}

/**
 * Reads one version and proves its files whole: the one expected, else whichever its manifest says.
 *
 * @throws AppError `invalid_model` naming the file that is missing, changed or truncated.
 */
export async function readModel(
  source: ModelSource,
  expected?: { name: string; version: string },
): Promise<Model> {
  const manifest = await readManifest(source, expected);
  if (manifest.files === undefined) return { manifest, artifacts: null };
  const [model, weights] = await Promise.all([
    readProved(source, 'model.json', manifest.files),
    readProved(source, 'weights.bin', manifest.files),
  ]);
  return { manifest, artifacts: toArtifacts(source.nameOf('model.json'), model, weights) };
}

async function readManifest(
  source: ModelSource,
  expected?: { name: string; version: string },
): Promise<ModelManifest> {
  const file = source.nameOf('manifest.json');
  const bytes = await source.read('manifest.json');
  if (!isSealed(bytes)) throw unusable(file, 'does not match its own hash: it was changed');
  const parsed = modelManifestSchema.safeParse(parseJson(file, bytes));
  if (!parsed.success) throw unusable(file, `is not valid: ${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  const { name, version } = expected ?? data;
  if (data.name !== name || data.version !== version) {
    throw unusable(file, `belongs to ${data.name} ${data.version}, not to ${name} ${version}`);
  }
  return data;
}

async function readProved(
  source: ModelSource,
  name: keyof ModelFiles,
  files: ModelFiles,
): Promise<Buffer> {
  const file = source.nameOf(name);
  const bytes = await source.read(name);
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
