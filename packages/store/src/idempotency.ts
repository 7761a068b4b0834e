import { AppError } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import type { Queryable } from './run-record.ts';
import { guardStore } from './store-error.ts';

/** A client's own name for a request, and what it asked for. */
export interface IdempotencyKey {
  /** Keys of different callers are different keys; null while the service is open. */
  apiKeyId: number | null;
  key: string;
  /** Hash of all that the request asks for. */
  requestHash: string;
}

/** The run that a key stands for. */
export interface KeyedRun {
  runId: string;
  deduplicated: boolean;
}

/** How long a key stands for its run. */
const KEPT = `interval '24 hours'`;

const LOCK_KEY = `hashtextextended(concat('segcast idempotency ', $1::bigint, ' ', $2::text), 0)`;

/** The run that a key stands for, or null. Throws `idempotency_key_reused`. */
export function findKeyedRun(store: Store, key: IdempotencyKey): Promise<KeyedRun | null> {
  return guardStore(() => loadKeyedRun(store.pool, key));
}

/**
 * The same in a transaction, to whose end nobody else has the key. Throws `idempotency_in_flight`
 * when somebody has.
 */
export async function claimKey(db: Queryable, key: IdempotencyKey): Promise<KeyedRun | null> {
  const { rows } = await db.query<{ mine: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS mine`,
    [key.apiKeyId, key.key],
  );
  if (rows[0]?.mine !== true) {
    throw new AppError(
      'idempotency_in_flight',
      `A request with the Idempotency-Key "${key.key}" is being answered just now. Repeat this one in a moment.`,
    );
  }
  return loadKeyedRun(db, key);
}

async function loadKeyedRun(db: Queryable, key: IdempotencyKey): Promise<KeyedRun | null> {
  const { rows } = await db.query<KeyedRun & { same: boolean }>(
    `SELECT run_id AS "runId", deduplicated, request_hash = $3 AS same
     FROM segcast.idempotency_keys
     WHERE api_key_id IS NOT DISTINCT FROM $1::bigint AND key = $2
       AND created_at > clock_timestamp() - ${KEPT}`,
    [key.apiKeyId, key.key, key.requestHash],
  );
  const [known] = rows;
  if (known === undefined) return null;
  if (known.same) return { runId: known.runId, deduplicated: known.deduplicated };
  throw new AppError(
    'idempotency_key_reused',
    `The Idempotency-Key "${key.key}" was sent with another body or for another segment, and stands for run ${known.runId}. Use a fresh key.`,
  );
}

/** Lets a claimed key stand for a run from now on. */
export async function keepKey(
  db: Queryable,
  { apiKeyId, key, requestHash }: IdempotencyKey,
  { runId, deduplicated }: KeyedRun,
): Promise<void> {
  await db.query(
    `INSERT INTO segcast.idempotency_keys (api_key_id, key, request_hash, run_id, deduplicated)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT ON CONSTRAINT idempotency_keys_once DO UPDATE SET
       request_hash = excluded.request_hash, run_id = excluded.run_id,
       deduplicated = excluded.deduplicated, created_at = excluded.created_at`,
    [apiKeyId, key, requestHash, runId, deduplicated],
  );
}

/** Forgets the keys that stand for nothing any more. */
export async function deleteOldKeys(store: Store): Promise<void> {
  await store.rows(
    `DELETE FROM segcast.idempotency_keys WHERE created_at <= clock_timestamp() - ${KEPT}`,
  );
}
