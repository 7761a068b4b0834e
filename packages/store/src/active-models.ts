import { AppError, type Predictor } from '@segcast/contracts';
import {
  loadVersion,
  modelNotFound,
  SELECT_VERSION,
  type ModelVersionRecord,
} from './model-versions.ts';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { inTransaction } from './transaction.ts';

/** Whoever keeps the models in use in memory listens here; the payload is a model's name. */
export const MODELS_CHANNEL = 'segcast_models';

export interface ActiveModel {
  model: Predictor;
  version: string;
  placeholder: boolean;
}

/** The versions in use at this moment: three rows by their key, cheap enough for every submit. */
export function readActiveModels(store: Store): Promise<ActiveModel[]> {
  return store.rows<ActiveModel>(
    `SELECT m.model, m.version, v.placeholder
     FROM segcast.models m JOIN segcast.model_versions v USING (model, version)`,
    [],
    'active-models',
  );
}

/** The version of a model in use with its manifest, or null where none is. */
export async function readActiveVersion(
  store: Store,
  model: string,
): Promise<ModelVersionRecord | null> {
  const [active] = await store.rows<ModelVersionRecord>(
    `${SELECT_VERSION} WHERE v.model = $1 AND m.version IS NOT NULL`,
    [model],
  );
  return active ?? null;
}

export interface Activation {
  model: string;
  version: string;
  /** Whether a person chose it. */
  chosen: boolean;
}

export interface Switched {
  /** The version in use until now, or null. */
  from: string | null;
  to: string;
}

/** Refuses a switch by throwing; is asked under the lock of the model's row. */
export type JudgeSwitch = (
  candidate: ModelVersionRecord,
  current: ModelVersionRecord | null,
) => void;

/**
 * Takes a version into use, in one transaction: submits before its commit freeze the old version
 * into their runs, those after it the new one. Nothing happens when it is in use already. Throws
 * `model_not_found`, and what `judge` throws.
 */
export function activateModel(
  store: Store,
  activation: Activation,
  judge: JudgeSwitch = () => undefined,
): Promise<Switched> {
  return inTransaction(store, (client) => takeIntoUse(client, activation, judge));
}

/** As `activateModel`, in the caller's transaction. */
export async function takeIntoUse(
  client: Queryable,
  { model, version, chosen }: Activation,
  judge: JudgeSwitch,
): Promise<Switched> {
  await lockModel(client, model);
  const candidate = await loadVersion(client, model, version);
  const from = await activeVersionOf(client, model);
  if (from === version) return { from, to: version };
  judge(candidate, from === null ? null : await loadVersion(client, model, from));
  await client.query(
    'INSERT INTO segcast.model_activations (model, version, chosen) VALUES ($1, $2, $3)',
    [model, version, chosen],
  );
  await switchTo(client, model, version);
  return { from, to: version };
}

/**
 * Goes back to the version in use before the present one, as often as there is one. Throws
 * `model_not_found` for a model that was never activated, `nothing_to_roll_back`, and what `judge`
 * throws.
 */
export function rollBackModel(
  store: Store,
  model: string,
  judge: JudgeSwitch = () => undefined,
): Promise<Switched> {
  return inTransaction(store, async (client) => {
    await lockModel(client, model);
    const { rows } = await client.query<{ id: number; version: string }>(
      `SELECT id, version FROM segcast.model_activations
       WHERE model = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 2`,
      [model],
    );
    const [last, before] = rows;
    if (last === undefined) throw modelNotFound(model);
    if (before === undefined) {
      throw new AppError(
        'nothing_to_roll_back',
        `${model} has used no other version before ${last.version}. Activate one by name instead.`,
      );
    }
    judge(
      await loadVersion(client, model, before.version),
      await loadVersion(client, model, last.version),
    );
    await client.query(
      'UPDATE segcast.model_activations SET undone_at = clock_timestamp() WHERE id = $1',
      [last.id],
    );
    await switchTo(client, model, before.version);
    return { from: last.version, to: before.version };
  });
}

/** Whether the version in use, if any, came with the code or the configuration: nobody chose it. */
export async function isUnchosen(store: Store, model: string): Promise<boolean> {
  const rows = await store.rows(
    `SELECT FROM segcast.model_activations
     WHERE model = $1 AND undone_at IS NULL AND chosen LIMIT 1`,
    [model],
  );
  return rows.length === 0;
}

/** A lock and not the row itself, which the first activation has yet to make. */
async function lockModel(db: Queryable, model: string): Promise<void> {
  await db.query(`SELECT pg_advisory_xact_lock(hashtextextended('segcast.models ' || $1, 0))`, [
    model,
  ]);
}

async function activeVersionOf(db: Queryable, model: string): Promise<string | null> {
  const { rows } = await db.query<{ version: string }>(
    'SELECT version FROM segcast.models WHERE model = $1',
    [model],
  );
  return rows[0]?.version ?? null;
}

async function switchTo(db: Queryable, model: string, version: string): Promise<void> {
  await db.query(
    `WITH switched AS (
       INSERT INTO segcast.models (model, version) VALUES ($1, $2)
       ON CONFLICT (model) DO UPDATE SET version = excluded.version
     )
     SELECT pg_notify('${MODELS_CHANNEL}', $1)`,
    [model, version],
  );
}
