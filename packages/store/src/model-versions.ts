import { AppError } from '@segcast/contracts';
import type pg from 'pg';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { inTransaction } from './transaction.ts';

/** How a version came into the registry. */
export type ModelVersionSource = 'shipped' | 'imported' | 'trained' | 'configured' | 'computed';

export interface ModelFile {
  name: string;
  bytes: Buffer;
  /** Lower-case hex. */
  sha256: string;
}

export interface NewModelVersion {
  model: string;
  version: string;
  placeholder: boolean;
  source: ModelVersionSource;
  /** One of them is `manifest.json`. */
  files: readonly ModelFile[];
}

export interface ModelVersionRecord {
  model: string;
  version: string;
  placeholder: boolean;
  source: ModelVersionSource;
  registeredAt: Date;
  /** What its `manifest.json` holds. */
  manifest: unknown;
  /** Whether it is the version in use. */
  active: boolean;
}

/** Reads `ModelVersionRecord`s; append conditions on `v` (model_versions). */
export const SELECT_VERSION = `
  SELECT v.model, v.version, v.placeholder, v.source, v.registered_at AS "registeredAt",
    convert_from(f.bytes, 'UTF8')::json AS manifest, m.version IS NOT NULL AS active
  FROM segcast.model_versions v
  JOIN segcast.model_files f
    ON f.model = v.model AND f.version = v.version AND f.name = 'manifest.json'
  LEFT JOIN segcast.models m ON m.model = v.model AND m.version = v.version`;

/**
 * Keeps a version for ever; tells whether it was new. The same files under the same name are the
 * same version. Throws `model_version_taken` naming the file that differs.
 */
export function insertModelVersion(store: Store, version: NewModelVersion): Promise<boolean> {
  return inTransaction(store, (client) => keepVersion(client, version));
}

/** As `insertModelVersion`, in the caller's transaction. */
export async function keepVersion(
  client: pg.PoolClient,
  version: NewModelVersion,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO segcast.model_versions (model, version, placeholder, source)
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [version.model, version.version, version.placeholder, version.source],
  );
  if (rowCount === 0) await refuseOtherFiles(client, version);
  else await insertFiles(client, version);
  return rowCount === 1;
}

async function insertFiles(client: pg.PoolClient, { model, version, files }: NewModelVersion) {
  await client.query(
    `INSERT INTO segcast.model_files (model, version, name, sha256, bytes)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::bytea[])`,
    [
      model,
      version,
      files.map((f) => f.name),
      files.map((f) => f.sha256),
      files.map((f) => f.bytes),
    ],
  );
}

async function refuseOtherFiles(
  client: pg.PoolClient,
  { model, version, files }: NewModelVersion,
): Promise<void> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM segcast.model_files WHERE model = $1 AND version = $2',
    [model, version],
  );
  const known = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  const given = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  const names = [...new Set([...known.keys(), ...given.keys()])].sort();
  const different = names.find((name) => known.get(name) !== given.get(name));
  if (different === undefined) return;
  throw new AppError(
    'model_version_taken',
    `The version ${version} of ${model} is registered already, with another ${different}. A version never changes: give this one another name.`,
  );
}

/** Every version of a model, the newest first. */
export function listModelVersions(store: Store, model: string): Promise<ModelVersionRecord[]> {
  return store.rows<ModelVersionRecord>(
    `${SELECT_VERSION} WHERE v.model = $1 ORDER BY v.registered_at DESC, v.version`,
    [model],
  );
}

/** Throws `model_not_found`. */
export async function readModelVersion(
  store: Store,
  model: string,
  version: string,
): Promise<ModelVersionRecord> {
  const [record] = await store.rows<ModelVersionRecord>(
    `${SELECT_VERSION} WHERE v.model = $1 AND v.version = $2`,
    [model, version],
  );
  if (record === undefined) throw modelNotFound(model, version);
  return record;
}

/** The files of a version by name. Throws `model_not_found`. */
export async function readModelFiles(
  store: Store,
  model: string,
  version: string,
): Promise<Map<string, Buffer>> {
  const rows = await store.rows<{ name: string; bytes: Buffer }>(
    'SELECT name, bytes FROM segcast.model_files WHERE model = $1 AND version = $2 ORDER BY name',
    [model, version],
  );
  if (rows.length === 0) throw modelNotFound(model, version);
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}

/** Throws `model_not_found`. */
export async function loadVersion(
  db: Queryable,
  model: string,
  version: string,
): Promise<ModelVersionRecord> {
  const { rows } = await db.query<ModelVersionRecord>(
    `${SELECT_VERSION} WHERE v.model = $1 AND v.version = $2`,
    [model, version],
  );
  if (rows[0] === undefined) throw modelNotFound(model, version);
  return rows[0];
}

export function modelNotFound(model: string, version?: string): AppError {
  const named = version === undefined ? `no model ${model}` : `no version ${version} of ${model}`;
  return new AppError(
    'model_not_found',
    `There is ${named}. "segcast models list" and GET /ml/models/ show what there is.`,
  );
}
