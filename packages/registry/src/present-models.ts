import {
  type ModelComparison,
  type ModelDetail,
  type ModelMetrics,
  type ModelSummary,
  type ModelVersion,
} from '@segcast/contracts';
import { placeholderWarning, rfmSettingsSchema } from '@segcast/scoring';
import {
  listModelVersions,
  modelNotFound,
  readActiveVersion,
  readDrift,
  readModelVersion,
  type ModelVersionRecord,
  type Store,
} from '@segcast/store';
import { z } from 'zod';
import { metricsOf, objectionTo } from './objection.ts';

type ModelName = ModelSummary['name'];

const NAMES: readonly ModelName[] = ['churn', 'nbo', 'rfm'];
const SCORES = ['auc', 'pr_auc', 'log_loss', 'brier', 'lift_10', 'top_1', 'top_3'] as const;

const inputsSchema = z.object({ inputs: z.array(z.object({ column: z.string() })) });
const rfmSchema = z.object({ settings: rfmSettingsSchema });

/** Every model that has a version in use. */
export async function listModels(store: Store): Promise<ModelSummary[]> {
  const all = await Promise.all(NAMES.map((name) => listModelVersions(store, name)));
  return all.flatMap((versions, index) => {
    const active = versions.find((version) => version.active);
    return active === undefined ? [] : [toSummary(NAMES[index]!, active, versions.length)];
  });
}

/** A model with all of its versions. Throws `model_not_found` where none is in use. */
export async function showModel(store: Store, name: ModelName): Promise<ModelDetail> {
  const versions = await listModelVersions(store, name);
  const active = versions.find((version) => version.active);
  if (active === undefined) throw modelNotFound(name);
  return {
    ...toSummary(name, active, versions.length),
    versions: versions.map(toVersion),
    drift: await showDrift(store, name, active.version),
    warning: placeholderWarning({ [name]: active }),
  };
}

async function showDrift(
  store: Store,
  name: ModelName,
  version: string,
): Promise<ModelDetail['drift']> {
  const found = await readDrift(store, name, version);
  if (found === null) return null;
  return {
    run_id: found.runId,
    segment_name: found.segmentName,
    measured_at: found.finishedAt.toISOString(),
    ...found.drift,
  };
}

/** Two versions side by side; `b` is by default the one in use. Throws `model_not_found`. */
export async function compareVersions(
  store: Store,
  name: ModelName,
  versions: { a: string; b?: string | undefined },
): Promise<ModelComparison> {
  const a = await readModelVersion(store, name, versions.a);
  const b =
    versions.b === undefined
      ? await readActiveVersion(store, name)
      : await readModelVersion(store, name, versions.b);
  if (b === null) throw modelNotFound(name);
  const [inA, inB] = [toVersion(a), toVersion(b)];
  return {
    name,
    a: inA,
    b: inB,
    differences: differencesOf(inA.metrics, inB.metrics),
    inputs_only_in_a: inA.inputs.filter((column) => !inB.inputs.includes(column)),
    inputs_only_in_b: inB.inputs.filter((column) => !inA.inputs.includes(column)),
    objection: objectionTo(a, b),
  };
}

function differencesOf(a: ModelMetrics | null, b: ModelMetrics | null) {
  const pairs = SCORES.flatMap((score) => {
    const [inA, inB] = [a?.[score], b?.[score]];
    return inA === undefined || inB === undefined ? [] : [[score, inA - inB] as const];
  });
  return Object.fromEntries(pairs) as ModelComparison['differences'];
}

function toSummary(name: ModelName, active: ModelVersionRecord, versions: number): ModelSummary {
  const { version, placeholder } = active;
  return { name, active_version: version, placeholder, versions, metrics: metricsOf(active) };
}

function toVersion(record: ModelVersionRecord): ModelVersion {
  const rfm = rfmSchema.safeParse(record.manifest).data?.settings;
  const inputs = inputsSchema.safeParse(record.manifest).data?.inputs ?? [];
  return {
    version: record.version,
    active: record.active,
    placeholder: record.placeholder,
    source: record.source,
    registered_at: record.registeredAt.toISOString(),
    inputs: rfm ? Object.values(rfm.columns) : inputs.map(({ column }) => column),
    metrics: metricsOf(record),
    rfm: rfm ? { recency: rfm.recency, frequency: rfm.frequency, monetary: rfm.monetary } : null,
  };
}
